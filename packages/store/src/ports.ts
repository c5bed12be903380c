/** What the processes besides state need of it: a local view, and a way to commit. */
import type { TransactionBuilder } from './transaction.ts'
import type { RowChange, ViewReader } from './view.ts'

/** One applied revision. */
export interface AppliedRevision {
  readonly revision: number
  readonly changes: readonly RowChange[]
}

/** Told after the view shows the revision. Must not throw. */
export type RevisionListener = (applied: AppliedRevision) => void

/** The local copy of durable state, fed by a watch. */
export interface StateReader {
  /** Always a whole revision; it moves between turns of the event loop, never during one. */
  readonly view: ViewReader
  /** Whether the first whole view has arrived. */
  readonly ready: boolean
  /**
   * Resolves when the view shows `revision` or a later one.
   * @throws {AbortError} when `signal` aborts first.
   */
  waitFor(revision: number, signal?: AbortSignal): Promise<void>
  /**
   * Calls `listener` for every revision applied from now on. After the copy had to be made anew (a `reset`),
   * the listener of `onReset` is called instead: look at everything again.
   */
  onRevision(listener: RevisionListener): () => void
  /** Calls `listener` when the whole view was replaced, the first arrival included. */
  onReset(listener: () => void): () => void
}

/** What became of a transaction. */
export type CommitOutcome =
  | { readonly kind: 'committed'; readonly revision: number }
  | {
      readonly kind: 'conflict'
      readonly table: string
      readonly key: string
      /** The version that the row has; 0: it does not exist. */
      readonly actualVersion: number
    }

/** Sends transactions to state. */
export interface StateWriter {
  /**
   * Resolves when the transaction is durable, or refused because a row that it expected has changed. Retries by
   * itself, with the same transaction id, while state cannot be reached.
   * @throws {CommitError} when the outcome could not be had within the time limit, or state refused it for good.
   */
  commit(transaction: TransactionBuilder, options?: CommitOptions): Promise<CommitOutcome>
}

/** How long a commit may take. */
export interface CommitOptions {
  /** Milliseconds until it is given up; default 30,000. */
  readonly timeoutMs?: number
}

/** A transaction without a known outcome, or one that state will never take. */
export class CommitError extends Error {
  override readonly name = 'CommitError'
  /** `UNAVAILABLE` (unknown outcome), `OVERLOADED` (not applied) or `INVALID` (never will be). */
  readonly code: 'UNAVAILABLE' | 'OVERLOADED' | 'INVALID'
  /** Whether the caller may try again later. */
  readonly retryable: boolean

  constructor(code: CommitError['code'], message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.code = code
    this.retryable = code !== 'INVALID'
  }
}
