import { Counter, Gauge, Histogram, type Registry } from '@homeport/runtime'

/** What the gateway counts. One per process; described in docs/reference/metrics.md. */
export interface GatewayMetrics {
  readonly sessions: Gauge
  /** Sessions that read nothing until their open reports are durable. */
  readonly pausedSessions: Gauge
  /** By `outcome`: `registered`, `INVALID`, `DEREGISTERED` or `failed`. */
  readonly registrations: Counter<'outcome'>
  /** By `reason`. */
  readonly sessionsEnded: Counter<'reason'>
  /** By `outcome`: `applied`, `unchanged` or `refused`. */
  readonly reports: Counter<'outcome'>
  readonly reportConflicts: Counter
  readonly reportDurationSeconds: Histogram
  /** By `kind`: `snapshot` or `update`. */
  readonly assignmentPushes: Counter<'kind'>
  readonly assignments: Counter
  readonly heartbeatsMissed: Counter
  /** By `outcome`: `issued`, `wrong_secret`, `invalid_request` or `limited`. */
  readonly enrollments: Counter<'outcome'>
  readonly certificateExpirySeconds: Gauge
}

/** From a report that changes nothing (under 1 ms) to one that waits out the loss of a log leader (8 s). */
const DURATION_BUCKETS_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Registers the gateway's metrics. @throws {Error} when `registry` already has them. */
export function createGatewayMetrics(registry: Registry): GatewayMetrics {
  const registers = [registry]
  const counter = <Label extends string = never>(
    name: string,
    help: string,
    labelNames: Label[] = [],
  ): Counter<Label> => new Counter({ name: `homeport_gateway_${name}`, help, labelNames, registers })
  const gauge = (name: string, help: string): Gauge =>
    new Gauge({ name: `homeport_gateway_${name}`, help, registers })
  return {
    sessions: gauge('sessions', 'Registered agent sessions'),
    pausedSessions: gauge(
      'paused_sessions',
      'Sessions that read nothing until their open reports are durable',
    ),
    registrations: counter('registrations_total', 'Registrations by outcome', ['outcome']),
    sessionsEnded: counter('sessions_ended_total', 'Ended sessions by reason', ['reason']),
    reports: counter('reports_total', 'Task reports by outcome', ['outcome']),
    reportConflicts: counter('report_conflicts_total', 'Report writes refused because the task had changed'),
    reportDurationSeconds: new Histogram({
      name: 'homeport_gateway_report_duration_seconds',
      help: 'From the receipt of a task report until it was durable or refused',
      buckets: DURATION_BUCKETS_SECONDS,
      registers,
    }),
    assignmentPushes: counter('assignment_pushes_total', 'Assignment messages by kind', ['kind']),
    assignments: counter('assignments_total', 'Tasks in assignment messages'),
    heartbeatsMissed: counter('heartbeats_missed_total', 'Heartbeat intervals in which an agent was silent'),
    enrollments: counter('enrollments_total', 'Enrolment requests by outcome', ['outcome']),
    certificateExpirySeconds: gauge(
      'certificate_expiry_timestamp_seconds',
      'When the server certificate expires, in seconds since the epoch',
    ),
  }
}
