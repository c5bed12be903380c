import type { RequestRecord } from '@homeport/aws-wire'
import { Counter, Gauge, Histogram, type Registry } from '@homeport/runtime'

/** What is measured of requests; docs/reference/metrics.md explains each. */
export interface ApiMetrics {
  /** A request has been answered. */
  record(record: RequestRecord): void
  /** A request has reached its action. @returns to be called when it has left it. */
  enter(service: string): () => void
}

const MS_PER_SECOND = 1000

/** From a cached read to a placement that waits for a new leader of the log. */
const DURATION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Registers the api's metrics. */
export function createApiMetrics(registry: Registry): ApiMetrics {
  const requests = new Counter({
    name: 'homeport_api_requests_total',
    help: 'Answered requests by service, operation and error code; OK for successes',
    labelNames: ['service', 'operation', 'code'],
    registers: [registry],
  })
  const durations = new Histogram({
    name: 'homeport_api_request_duration_seconds',
    help: 'From the head of a request read to its answer written',
    labelNames: ['service', 'operation'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers: [registry],
  })
  const inFlight = new Gauge({
    name: 'homeport_api_requests_in_flight',
    help: 'Authenticated requests whose action has not ended',
    labelNames: ['service'],
    registers: [registry],
  })
  return {
    record({ service = 'unknown', operation = 'unknown', errorCode = 'OK', durationMs }) {
      requests.inc({ service, operation, code: errorCode })
      durations.observe({ service, operation }, durationMs / MS_PER_SECOND)
    },
    enter(service) {
      inFlight.inc({ service })
      return () => inFlight.dec({ service })
    },
  }
}
