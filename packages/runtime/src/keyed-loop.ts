/**
 * A level-triggered control loop over keys.
 *
 * Intuition: events only say that something about a key may have changed; the work is always "look at the
 * key and do what is missing", so a lost or doubled event does no harm.
 * Model: a set of dirty keys, at most `concurrency` of them worked on at a time, each key by one worker. A
 * key marked while it is worked on runs once more. A key whose work throws stays dirty and comes back after
 * a capped, jittered back-off; success forgets its failures. Work may ask to be run again at a later time.
 * Rejected: a queue of events, which grows with the rate of change and is wrong after a restart.
 */
import { type BackoffOptions, backoffDelayMs } from './backoff.ts'
import type { Clock, Timer } from './clock.ts'
import type { Logger } from './logger.ts'
import type { Random } from './random.ts'

/** What one run of a key's work asks for. */
export interface WorkResult {
  /** Run the key again after this many milliseconds, 0 or more; absent: only when it is marked. */
  readonly againAfterMs?: number
}

/** What a loop needs and how it behaves. */
export interface KeyedLoopOptions {
  /** For logs. */
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Brings one key to where it should be. Called for one key at a time, never twice at once for the same. */
  readonly work: (key: string, signal: AbortSignal) => Promise<WorkResult>
  /** Keys worked on at a time, 1 or more; default 1. */
  readonly concurrency?: number
  /** Default 100 ms, doubling to 30 s. */
  readonly backoff?: BackoffOptions
}

const DEFAULT_BACKOFF: BackoffOptions = { firstDelayMs: 100, maximumDelayMs: 30_000 }

/** A running loop. */
export interface KeyedLoop {
  /** Marks a key dirty; harmless when it is already. */
  mark(key: string): void
  /** Keys that wait or are worked on. */
  readonly pendingCount: number
  /** Resolves when no key is dirty or worked on; back-offs and later runs do not count. */
  idle(): Promise<void>
  /** Aborts the work in hand and resolves when it has ended; nothing runs afterwards. */
  stop(): Promise<void>
}

/** Starts a loop with no dirty keys. */
export function startKeyedLoop(options: KeyedLoopOptions): KeyedLoop {
  return new Loop(options)
}

class Loop implements KeyedLoop {
  readonly #options: KeyedLoopOptions
  readonly #dirty = new Set<string>()
  readonly #running = new Set<string>()
  readonly #failures = new Map<string, number>()
  readonly #timers = new Map<string, Timer>()
  readonly #abort = new AbortController()
  #idleWaiters: (() => void)[] = []

  constructor(options: KeyedLoopOptions) {
    this.#options = options
  }

  get pendingCount(): number {
    return this.#dirty.size + this.#running.size
  }

  mark(key: string): void {
    if (this.#abort.signal.aborted) return
    this.#dirty.add(key)
    this.#dispatch()
  }

  idle(): Promise<void> {
    if (this.pendingCount === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idleWaiters.push(resolve))
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    this.#dirty.clear()
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
    await this.idle()
  }

  #dispatch(): void {
    const concurrency = this.#options.concurrency ?? 1
    for (const key of this.#dirty) {
      if (this.#running.size >= concurrency) return
      if (this.#running.has(key)) continue
      this.#dirty.delete(key)
      this.#running.add(key)
      void this.#run(key)
    }
  }

  async #run(key: string): Promise<void> {
    this.#timers.get(key)?.cancel()
    this.#timers.delete(key)
    try {
      const result = await this.#options.work(key, this.#abort.signal)
      this.#failures.delete(key)
      if (result.againAfterMs !== undefined) this.#markLater(key, result.againAfterMs)
    } catch (error) {
      this.#fail(key, error)
    }
    this.#running.delete(key)
    this.#dispatch()
    if (this.pendingCount === 0) for (const resolve of this.#idleWaiters.splice(0)) resolve()
  }

  #fail(key: string, error: unknown): void {
    if (this.#abort.signal.aborted) return
    const failureCount = (this.#failures.get(key) ?? 0) + 1
    this.#failures.set(key, failureCount)
    const delayMs = backoffDelayMs(
      failureCount,
      this.#options.backoff ?? DEFAULT_BACKOFF,
      this.#options.random,
    )
    this.#options.logger.error(
      { err: error, loop: this.#options.name, key, failureCount, delayMs },
      'work failed, will be repeated',
    )
    this.#markLater(key, delayMs)
  }

  #markLater(key: string, delayMs: number): void {
    if (this.#abort.signal.aborted) return
    this.#timers.get(key)?.cancel()
    const timer = this.#options.clock.after(
      delayMs,
      () => {
        this.#timers.delete(key)
        this.mark(key)
      },
      { background: true },
    )
    this.#timers.set(key, timer)
  }
}
