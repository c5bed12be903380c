import { backoffDelayMs, type Random } from '@homeport/runtime'

/** The first restart comes almost at once: the usual cause is a single crash. */
const FIRST_DELAY_MS = 100

/** A process that cannot start costs little at this pace, and comes back soon once its cause is gone. */
const MAXIMUM_DELAY_MS = 5000

/** A process that ran this long was healthy: its end starts a new count. */
const HEALTHY_AFTER_MS = 10_000

/** What to do about a process that ended without being asked to. */
export interface RestartDecision {
  /** How often it has ended in a row without having been healthy in between, this time included. */
  readonly failureCount: number
  /** Pause before it is started again, in milliseconds. */
  readonly delayMs: number
}

/** Decides when a process is started again that ran for `ranMs` after `previousFailureCount` failures. */
export function decideRestart(previousFailureCount: number, ranMs: number, random: Random): RestartDecision {
  const failureCount = ranMs >= HEALTHY_AFTER_MS ? 1 : previousFailureCount + 1
  const delayMs = backoffDelayMs(
    failureCount,
    { firstDelayMs: FIRST_DELAY_MS, maximumDelayMs: MAXIMUM_DELAY_MS },
    random,
  )
  return { failureCount, delayMs }
}
