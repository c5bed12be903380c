import type { Logger } from '@homeport/runtime'
import type { GatewayMetrics } from '../metrics.ts'

/** Where a session says what happens. */
export interface Telemetry {
  readonly logger: Logger
  readonly metrics: GatewayMetrics
}
