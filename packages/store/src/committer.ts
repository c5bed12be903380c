/**
 * Sends transactions to state and learns what became of them.
 *
 * Intuition: a call per transaction costs more CPU than the transaction, so one stream carries them all, and
 * what is committed in one turn of the event loop travels in one message.
 * Model: a transaction is `waiting` until it is written to the stream, then `sent` until its result comes.
 * When the stream breaks, what was sent becomes `uncertain`: it goes back to waiting and is sent again under
 * the same id, marked as resent, so that state answers with the first outcome instead of applying it twice.
 * Each commit has its own time limit, and the number of those under way is bounded.
 * Rejected: failing everything when the stream breaks, which makes each caller ask what happened.
 */
import { create, toBinary } from '@bufbuild/protobuf'
import { invariant } from '@homeport/base'
import type { BackoffOptions, Clock, Ids, Logger, Random, Running, Timer } from '@homeport/runtime'
import { backoffDelayMs } from '@homeport/runtime'
import {
  type CommitRequest,
  CommitRequestSchema,
  type CommitResponse,
  type CommitResult,
  type Refusal,
  TransactionSchema,
} from '@homeport/wire/state'
import { CommitError, type CommitOptions, type CommitOutcome, type StateWriter } from './ports.ts'
import type { TransactionBuilder } from './transaction.ts'

/** What a committer needs of a gRPC stream. */
export interface CommitStream {
  /** False: wait for `drain` before writing more. */
  write(request: CommitRequest): boolean
  on(event: 'data', listener: (response: CommitResponse) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'drain' | 'end', listener: () => void): unknown
  cancel(): void
}

/** How a committer reaches state. */
export interface CommitterOptions {
  readonly clock: Clock
  readonly random: Random
  readonly ids: Ids
  readonly logger: Logger
  /** Opens a stream; it may fail later. */
  readonly openCommit: () => CommitStream
}

/** Default time limit of a commit: longer than a NATS cluster needs to elect a stream leader (8 s). */
export const COMMIT_TIMEOUT_MS = 30_000

/** State remembers outcomes for as long as a repetition can come, so the time limit has an end. */
export const COMMIT_TIMEOUT_MAX_MS = 60_000

/** Commits under way in one process, at most; more would only wait, and hold memory. */
export const COMMITS_IN_FLIGHT_MAX = 8192

/** Bytes of one encoded transaction, at most: it must fit into one message of NATS, 1 MiB by default. */
export const TRANSACTION_BYTES_MAX = 1_000_000

/** Bytes of the transactions of one message to state; gRPC takes 4 MiB. */
const REQUEST_BYTES_MAX = 2_000_000

const RETRY_BACKOFF: BackoffOptions = { firstDelayMs: 50, maximumDelayMs: 2000 }

interface Commit {
  readonly id: string
  readonly bytes: Uint8Array
  readonly resolve: (outcome: CommitOutcome) => void
  readonly reject: (error: CommitError) => void
  timer: Timer | undefined
  /** Whether an earlier sending of it may have been applied. */
  uncertain: boolean
}

/** See the head of this file. */
export class Committer implements StateWriter, Running {
  readonly #options: CommitterOptions
  /** All under way, by transaction id, in order of arrival. */
  readonly #commits = new Map<string, Commit>()
  /** Those of `#commits` that are to be sent. */
  #waiting: Commit[] = []
  #stream: CommitStream | undefined
  #isBlocked = false
  #isFlushScheduled = false
  #retryTimer: Timer | undefined
  #failureCount = 0
  #stopped = false

  constructor(options: CommitterOptions) {
    this.#options = options
  }

  /** Commits without an outcome. */
  get inFlightCount(): number {
    return this.#commits.size
  }

  commit(transaction: TransactionBuilder, options: CommitOptions = {}): Promise<CommitOutcome> {
    const timeoutMs = options.timeoutMs ?? COMMIT_TIMEOUT_MS
    invariant(
      timeoutMs > 0 && timeoutMs <= COMMIT_TIMEOUT_MAX_MS,
      `Cannot commit: timeoutMs must be in (0, ${COMMIT_TIMEOUT_MAX_MS}], received ${timeoutMs}`,
    )
    const id = this.#options.ids.uuid()
    const bytes = toBinary(TransactionSchema, transaction.build(id))
    const refusal = this.#refusalOf(bytes)
    if (refusal !== undefined) return Promise.reject(refusal)
    return new Promise((resolve, reject) => {
      const commit: Commit = { id, bytes, resolve, reject, timer: undefined, uncertain: false }
      commit.timer = this.#options.clock.after(timeoutMs, () => this.#timeOut(commit, timeoutMs))
      this.#commits.set(id, commit)
      this.#waiting.push(commit)
      this.#scheduleFlush()
    })
  }

  /** Ends the stream; commits without an outcome fail as UNAVAILABLE. */
  stop(): Promise<void> {
    this.#stopped = true
    this.#retryTimer?.cancel()
    const stream = this.#stream
    this.#stream = undefined
    stream?.cancel()
    for (const commit of this.#commits.values()) {
      this.#fail(
        commit,
        new CommitError(
          'UNAVAILABLE',
          'Cannot learn the outcome of a commit: the connection to state was closed',
        ),
      )
    }
    return Promise.resolve()
  }

  #refusalOf(bytes: Uint8Array): CommitError | undefined {
    if (this.#stopped) {
      return new CommitError('UNAVAILABLE', 'Cannot commit: the connection to state was closed')
    }
    if (bytes.length > TRANSACTION_BYTES_MAX) {
      const text = `Cannot commit: a transaction has at most ${TRANSACTION_BYTES_MAX} bytes, received ${bytes.length}`
      return new CommitError('INVALID', text)
    }
    if (this.#commits.size < COMMITS_IN_FLIGHT_MAX) return undefined
    const text = `Cannot commit: at most ${COMMITS_IN_FLIGHT_MAX} commits may be under way, received one more`
    return new CommitError('OVERLOADED', text)
  }

  #scheduleFlush(): void {
    if (this.#isFlushScheduled || this.#retryTimer !== undefined) return
    this.#isFlushScheduled = true
    setImmediate(() => {
      this.#isFlushScheduled = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#stopped || this.#isBlocked || this.#waiting.length === 0) return
    const stream = this.#stream ?? this.#open()
    while (this.#waiting.length > 0 && !this.#isBlocked) {
      this.#isBlocked = !stream.write(this.#nextRequest())
    }
  }

  /** Takes from the front of `#waiting`: as many as fit, all new or all resent. */
  #nextRequest(): CommitRequest {
    const resent = this.#waiting[0]?.uncertain === true
    const transactions: Uint8Array[] = []
    let byteCount = 0
    for (const commit of this.#waiting) {
      byteCount += commit.bytes.length
      const fits = transactions.length === 0 || byteCount <= REQUEST_BYTES_MAX
      if (!fits || commit.uncertain !== resent) break
      transactions.push(commit.bytes)
    }
    this.#waiting = this.#waiting.slice(transactions.length)
    return create(CommitRequestSchema, { transactions, resent })
  }

  #open(): CommitStream {
    const stream = this.#options.openCommit()
    this.#stream = stream
    this.#isBlocked = false
    stream.on('data', (response) => {
      if (this.#stream !== stream) return
      this.#failureCount = 0
      for (const result of response.results) this.#settle(result)
    })
    stream.on('drain', () => {
      if (this.#stream !== stream) return
      this.#isBlocked = false
      this.#flush()
    })
    stream.on('error', (error) => this.#close(stream, error))
    stream.on('end', () => this.#close(stream, undefined))
    return stream
  }

  #close(stream: CommitStream, error: Error | undefined): void {
    if (this.#stream !== stream) return
    this.#stream = undefined
    this.#isBlocked = false
    const unsent = new Set(this.#waiting)
    for (const commit of this.#commits.values()) if (!unsent.has(commit)) commit.uncertain = true
    this.#waiting = [...this.#commits.values()]
    if (this.#failureCount === 0 && this.#commits.size > 0) {
      this.#options.logger.warn(
        { err: error, commitCount: this.#commits.size },
        'commit stream to state broke, sending again',
      )
    }
    this.#retryLater()
  }

  #retryLater(): void {
    if (this.#retryTimer !== undefined || this.#stopped) return
    this.#failureCount += 1
    const delayMs = backoffDelayMs(this.#failureCount, RETRY_BACKOFF, this.#options.random)
    this.#retryTimer = this.#options.clock.after(delayMs, () => {
      this.#retryTimer = undefined
      this.#flush()
    })
  }

  #settle(result: CommitResult): void {
    const commit = this.#commits.get(result.transactionId)
    if (commit === undefined) return
    const { outcome } = result
    if (outcome.case === 'committed') {
      this.#forget(commit)
      commit.resolve({ kind: 'committed', revision: Number(outcome.value.revision) })
    } else if (outcome.case === 'conflict') {
      const { table, key, actualVersion } = outcome.value
      this.#forget(commit)
      commit.resolve({ kind: 'conflict', table, key, actualVersion: Number(actualVersion) })
    } else if (outcome.case === 'refusal') {
      this.#settleRefusal(commit, outcome.value)
    }
  }

  #settleRefusal(commit: Commit, refusal: Refusal): void {
    if (refusal.code === 'INVALID') this.#fail(commit, new CommitError('INVALID', refusal.message))
    else if (refusal.code === 'OVERLOADED' && !commit.uncertain) {
      this.#fail(commit, new CommitError('OVERLOADED', refusal.message))
    } else {
      this.#waiting.push(commit)
      this.#retryLater()
    }
  }

  #timeOut(commit: Commit, timeoutMs: number): void {
    const text = `Cannot learn the outcome of a commit: it must be known within ${timeoutMs} ms, received none`
    this.#waiting = this.#waiting.filter((waiting) => waiting !== commit)
    this.#fail(commit, new CommitError('UNAVAILABLE', text))
  }

  #fail(commit: Commit, error: CommitError): void {
    this.#forget(commit)
    commit.reject(error)
  }

  #forget(commit: Commit): void {
    commit.timer?.cancel()
    this.#commits.delete(commit.id)
  }
}
