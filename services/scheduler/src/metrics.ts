import { Counter, Gauge, Histogram, type Registry } from '@homeport/runtime'

/** What the scheduler counts. One per process; described in docs/reference/metrics.md. */
export interface SchedulerMetrics {
  /** By `source`: `run_task`, `start_task` or `service`. */
  readonly placements: Counter<'source'>
  /** Instances that refused a task which then found no place, by `reason`. */
  readonly refusals: Counter<'reason'>
  /** Transactions that were refused because a row had changed, by `table`. */
  readonly conflicts: Counter<'table'>
  readonly runTasksDurationSeconds: Histogram
  readonly serviceDurationSeconds: Histogram
  /** Services that wait to be looked at, or are. */
  readonly serviceQueue: Gauge
  /** Services with tasks that found no place. */
  readonly unplacedServices: Gauge
  /** Rows removed after their retention, by `kind`: `task` or `idempotency`. */
  readonly reaped: Counter<'kind'>
  /** 1: this process holds the lease; 0: another took it. */
  readonly active: Gauge
}

/** From a decision on a warm view (under 1 ms) to a commit that waits out the loss of a log leader (8 s). */
const DURATION_BUCKETS_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Registers the scheduler's metrics. @throws {Error} when `registry` already has them. */
export function createSchedulerMetrics(registry: Registry): SchedulerMetrics {
  const registers = [registry]
  const nameOf = (name: string): string => `homeport_scheduler_${name}`
  const counter = <Label extends string>(name: string, help: string, label: Label): Counter<Label> =>
    new Counter({ name: nameOf(name), help, labelNames: [label], registers })
  const gauge = (name: string, help: string): Gauge => new Gauge({ name: nameOf(name), help, registers })
  const histogram = (name: string, help: string): Histogram =>
    new Histogram({ name: nameOf(name), help, buckets: DURATION_BUCKETS_SECONDS, registers })
  return {
    placements: counter('placements_total', 'Tasks placed, by source', 'source'),
    refusals: counter(
      'refusals_total',
      'Instances that refused a task which found no place, by reason',
      'reason',
    ),
    conflicts: counter(
      'conflicts_total',
      'Transactions refused because a row had changed, by table',
      'table',
    ),
    runTasksDurationSeconds: histogram(
      'run_tasks_duration_seconds',
      'From the receipt of a RunTasks call until its tasks were durable',
    ),
    serviceDurationSeconds: histogram(
      'service_duration_seconds',
      'One look at a service: reading, planning, committing, seeing the result',
    ),
    serviceQueue: gauge('service_queue', 'Services that wait to be looked at, or are'),
    unplacedServices: gauge('unplaced_services', 'Services with tasks that found no place'),
    reaped: counter('reaped_total', 'Rows removed after their retention, by kind', 'kind'),
    active: gauge('active', '1: this process holds the lease; 0: another took it'),
  }
}
