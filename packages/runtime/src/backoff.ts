import type { Random } from './random.ts'

/** How delays grow between tries. */
export interface BackoffOptions {
  /** Delay before the first repetition, in milliseconds, more than 0. */
  readonly firstDelayMs: number
  /** Longest delay, in milliseconds, at least `firstDelayMs`. */
  readonly maximumDelayMs: number
}

/**
 * The delay before the next try after `failureCount` failures in a row, 1 or more: doubling from the
 * first, capped, and drawn from the upper half of its range so that many waiters spread out.
 */
export function backoffDelayMs(failureCount: number, options: BackoffOptions, random: Random): number {
  const doublings = Math.min(failureCount - 1, 30)
  const ceilingMs = Math.min(options.firstDelayMs * 2 ** doublings, options.maximumDelayMs)
  return ceilingMs * (0.5 + random.next() / 2)
}
