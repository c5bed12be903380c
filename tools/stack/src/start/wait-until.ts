import { type Clock, delay } from '@homeport/runtime'
import { StackError } from '../stack-error.ts'

/** What is waited for. */
export interface Condition {
  /** Completes "Cannot ...", for example "reach NATS". */
  readonly goal: string
  /** `undefined` when it is fulfilled, else what is still missing. A thrown error ends the waiting. */
  readonly check: () => Promise<string | undefined>
  /** More than 0. */
  readonly timeoutMs: number
}

/** What every wait needs. */
export interface WaitPorts {
  readonly clock: Clock
  /** Ends the waiting, because the user wants to stop. */
  readonly signal: AbortSignal
  /** Called before each check; throws when waiting on is pointless. Absent: it never is. */
  readonly watch?: () => void
}

const CHECK_INTERVAL_MS = 50

/**
 * Checks the condition again and again until it is fulfilled.
 * @throws {StackError} with what was missing last when it takes too long, or when the user stops.
 */
export async function waitUntil(condition: Condition, { clock, signal, watch }: WaitPorts): Promise<void> {
  const deadlineMs = clock.monotonic() + condition.timeoutMs
  for (;;) {
    watch?.()
    const missing = await condition.check()
    if (missing === undefined) return
    if (signal.aborted) throw new StackError(`Cannot ${condition.goal}: it was interrupted`)
    if (clock.monotonic() >= deadlineMs) {
      throw new StackError(`Cannot ${condition.goal} within ${condition.timeoutMs / 1000} s: ${missing}`)
    }
    await delay(clock, CHECK_INTERVAL_MS, signal)
  }
}
