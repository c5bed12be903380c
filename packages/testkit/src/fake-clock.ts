/** Time that moves only when a test says so. */
import type { Clock, Timer } from '@homeport/runtime'

/** A clock under a test's control. */
export interface FakeClock extends Clock {
  /**
   * Moves time forward, 0 ms or more. Fires what falls due in order of time, then of creation, and lets promises
   * settle before, between and after; timers set meanwhile fire too when they fall within the step.
   */
  advance(durationMs: number): Promise<void>
  /** Timers that wait, repeating ones included. */
  readonly timerCount: number
}

/** Where time starts, in ms since the epoch: 2026-01-01T00:00:00Z. */
export const FAKE_CLOCK_START_MS: number = Date.UTC(2026, 0, 1)

/** A clock that stands at `startMs` until it is advanced; default `FAKE_CLOCK_START_MS`. */
export const createFakeClock = (startMs: number = FAKE_CLOCK_START_MS): FakeClock => new ManualClock(startMs)

/** Turns of the event loop that let code which yields with setImmediate a few times in a row come to rest. */
const FLUSH_TURNS = 4

/** Lets everything run that waits for no timer and no I/O: promise jobs, and a few turns of the event loop. */
export async function flushMicrotasks(): Promise<void> {
  for (let turn = 0; turn < FLUSH_TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

interface WaitingTimer {
  dueMs: number
  readonly callback: () => void
  /** `undefined`: fires once. */
  readonly intervalMs: number | undefined
}

class ManualClock implements FakeClock {
  readonly #startMs: number
  /** In order of creation. */
  readonly #timers = new Set<WaitingTimer>()
  #nowMs: number

  constructor(startMs: number) {
    this.#startMs = startMs
    this.#nowMs = startMs
  }

  get timerCount(): number {
    return this.#timers.size
  }

  now(): number {
    return this.#nowMs
  }

  monotonic(): number {
    return this.#nowMs - this.#startMs
  }

  after(delayMs: number, callback: () => void): Timer {
    return this.#wait({ dueMs: this.#nowMs + Math.max(0, delayMs), callback, intervalMs: undefined })
  }

  every(intervalMs: number, callback: () => void): Timer {
    return this.#wait({ dueMs: this.#nowMs + intervalMs, callback, intervalMs })
  }

  async advance(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs
    await flushMicrotasks()
    for (let timer = this.#next(untilMs); timer !== undefined; timer = this.#next(untilMs)) {
      this.#nowMs = timer.dueMs
      this.#fire(timer)
      await flushMicrotasks()
    }
    this.#nowMs = untilMs
  }

  #wait(timer: WaitingTimer): Timer {
    this.#timers.add(timer)
    return { cancel: () => this.#timers.delete(timer) }
  }

  #fire(timer: WaitingTimer): void {
    this.#timers.delete(timer)
    if (timer.intervalMs !== undefined) {
      timer.dueMs += timer.intervalMs
      this.#timers.add(timer)
    }
    timer.callback()
  }

  #next(untilMs: number): WaitingTimer | undefined {
    let next: WaitingTimer | undefined
    for (const timer of this.#timers) {
      if (timer.dueMs <= untilMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer
    }
    return next
  }
}
