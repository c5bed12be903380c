/**
 * Slows down whoever keeps failing.
 *
 * Model: a bucket of tokens per caller; each failure takes one, time gives them back. Without tokens a caller is
 * turned away unheard. Successes are free: a thousand hosts behind one address may enrol at once.
 * Buckets are kept for the callers that failed most recently, so a flood of addresses takes no memory.
 */
import type { Clock } from '@homeport/runtime'

/** How many failures are tolerated. */
export interface FailureLimiterOptions {
  readonly clock: Clock
  /** Failures in a row before a caller is turned away, 1 or more. */
  readonly burst: number
  /** Milliseconds after which one more failure is tolerated, more than 0. */
  readonly refillMs: number
  /** Callers remembered, 1 or more; beyond it the one that failed longest ago is forgotten. */
  readonly callersMax: number
}

interface Bucket {
  readonly tokens: number
  readonly atMs: number
}

/** See the head of this file. */
export class FailureLimiter {
  readonly #options: FailureLimiterOptions
  /** In the order of their last failure. */
  readonly #buckets = new Map<string, Bucket>()

  constructor(options: FailureLimiterOptions) {
    this.#options = options
  }

  /** Whether the caller may be heard. */
  allows(caller: string): boolean {
    return this.#tokensOf(caller) >= 1
  }

  /** Notes a failure of the caller. */
  noteFailure(caller: string): void {
    const tokens = Math.max(0, this.#tokensOf(caller) - 1)
    this.#buckets.delete(caller)
    this.#buckets.set(caller, { tokens, atMs: this.#options.clock.monotonic() })
    if (this.#buckets.size <= this.#options.callersMax) return
    const [oldest] = this.#buckets.keys()
    if (oldest !== undefined) this.#buckets.delete(oldest)
  }

  #tokensOf(caller: string): number {
    const { burst, refillMs, clock } = this.#options
    const bucket = this.#buckets.get(caller)
    if (bucket === undefined) return burst
    return Math.min(burst, bucket.tokens + (clock.monotonic() - bucket.atMs) / refillMs)
  }
}
