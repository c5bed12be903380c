import type { ServicePorts } from '@homeport/runtime'
import type { StateReader, StateWriter } from '@homeport/store'
import type { Fence } from './fence.ts'
import type { SchedulerMetrics } from './metrics.ts'
import type { SchedulerView } from './view/scheduler-view.ts'

/** Durable state, however it is reached. */
export interface StateAccess {
  readonly reader: StateReader
  readonly writer: StateWriter
  /** Why reads may be old and commits wait; `undefined`: all is well. */
  unhealthyReason(): string | undefined
}

/** What the parts of one scheduler share. */
export interface SchedulerPorts extends ServicePorts {
  readonly state: StateAccess
  readonly fence: Fence
  readonly view: SchedulerView
  readonly metrics: SchedulerMetrics
  /** When this scheduler started, by its clock. */
  readonly startedAtMs: number
  /** Aborted when the scheduler stops, or another one took over: whatever waits, ends. */
  readonly stopping: AbortSignal
}
