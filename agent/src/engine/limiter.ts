/** Lets at most a number of holders in, first come first served. */
export interface Limiter {
  /**
   * Resolves when it is the caller's turn; the caller calls the result once when it is done.
   * `undefined`: `signal` aborted before it was.
   */
  enter(signal?: AbortSignal): Promise<(() => void) | undefined>
  /** Holders inside. */
  readonly activeCount: number
  /** Callers that wait. */
  readonly waitingCount: number
}

/** A limiter for `limit` holders, 1 or more. */
export function createLimiter(limit: number): Limiter {
  let activeCount = 0
  const waiting = new Set<() => void>()
  const leave = (): void => {
    activeCount -= 1
    const [next] = waiting
    if (next === undefined) return
    waiting.delete(next)
    next()
  }
  const admit = (): (() => void) => {
    activeCount += 1
    return leave
  }
  return {
    get activeCount() {
      return activeCount
    },
    get waitingCount() {
      return waiting.size
    },
    enter(signal) {
      if (signal?.aborted === true) return Promise.resolve(undefined)
      if (activeCount < limit) return Promise.resolve(admit())
      return new Promise((resolve) => {
        const onAbort = (): void => {
          waiting.delete(onTurn)
          resolve(undefined)
        }
        const onTurn = (): void => {
          signal?.removeEventListener('abort', onAbort)
          resolve(admit())
        }
        waiting.add(onTurn)
        signal?.addEventListener('abort', onAbort, { once: true })
      })
    },
  }
}
