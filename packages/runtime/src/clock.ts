/** A timer that was set. */
export interface Timer {
  /** Makes the timer never fire (again); harmless when it has fired. */
  cancel(): void
}

/** The only source of time and timers, so that a test can own both. */
export interface Clock {
  /** Milliseconds since the epoch, by the wall clock. */
  now(): number
  /** Milliseconds since an arbitrary start; never goes back. For durations. */
  monotonic(): number
  /** Calls `callback` once after `delayMs`, 0 or more. Keeps the process alive unless `background`. */
  after(delayMs: number, callback: () => void, options?: TimerOptions): Timer
  /** Calls `callback` every `intervalMs`, more than 0, first after one interval. */
  every(intervalMs: number, callback: () => void, options?: TimerOptions): Timer
}

/** How a timer weighs on the process. */
export interface TimerOptions {
  /** Whether the process may exit while the timer is pending; default false. */
  readonly background?: boolean
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback, options) {
    const handle = setTimeout(callback, delayMs)
    if (options?.background === true) handle.unref()
    return { cancel: () => clearTimeout(handle) }
  },
  every(intervalMs, callback, options) {
    const handle = setInterval(callback, intervalMs)
    if (options?.background === true) handle.unref()
    return { cancel: () => clearInterval(handle) }
  },
}

/**
 * Resolves after `delayMs` of `clock`, or as soon as `signal` aborts; it never rejects, so callers
 * look at the signal when the difference matters.
 */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve()
      return
    }
    const onAbort = (): void => {
      timer.cancel()
      resolve()
    }
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
