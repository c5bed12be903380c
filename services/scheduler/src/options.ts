import type { Service } from '@homeport/runtime'

/** How a scheduler is set up. */
export interface SchedulerOptions {
  /** Where state listens: `unix:PATH` or `host:port`. */
  readonly stateAddress: string
  /** Where the scheduler listens: `unix:PATH` or `host:port`; port 0 lets the system choose. */
  readonly listenAddress: string
  /** Milliseconds that a task stays visible after it STOPPED, 0 or more. */
  readonly taskRetentionMs: number
}

/** A serving scheduler. */
export interface SchedulerServer extends Service {
  /** Where it listens, with the port that the system chose. */
  readonly address: string
}
