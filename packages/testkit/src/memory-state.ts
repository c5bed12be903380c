/**
 * Durable state in memory, for tests of what reads and writes it.
 *
 * Model: commits are carried out one by one in the order of their calls, each at a revision of its own, against
 * a view that is always current. What a test reads is a second view that follows one turn of the event loop
 * behind the answers, as a real replica may; whoever forgets `waitFor` notices. `holdView` stretches that.
 */

import type { CommitError, CommitOutcome, TransactionBuilder } from '@homeport/store'
import { findConflict, RevisionFeed, type StateReader, type StateWriter, View } from '@homeport/store'
import type { Mutation, Transaction } from '@homeport/wire/state'

/** What a test can do to state besides using it. */
export interface MemoryState {
  readonly reader: StateReader
  readonly writer: StateWriter
  /** Every applied transaction, in order. */
  readonly applied: readonly Transaction[]
  /** Keeps the reader's view where it is; commits go on. */
  holdView(): void
  /** Lets the reader's view catch up and follow again. */
  releaseView(): void
  /** The next commit is rejected with `error`, after it was `applied` or not. Repeated calls queue. */
  failNext(error: CommitError, options: { readonly applied: boolean }): void
  /** Tells the listeners of `onReset` that the view was made anew. */
  reset(): void
}

/** An empty state that answers at once. */
export const createMemoryState = (): MemoryState => new InMemoryState()

interface Failure {
  readonly error: CommitError
  readonly applied: boolean
}

interface Revision {
  readonly revision: number
  readonly mutations: readonly Mutation[]
}

class InMemoryState implements MemoryState, StateReader, StateWriter {
  readonly applied: Transaction[] = []
  readonly ready = true
  readonly view = new View()
  readonly #current = new View()
  readonly #feed = new RevisionFeed()
  #undelivered: Revision[] = []
  #failures: Failure[] = []
  #isHeld = false
  #commitCount = 0

  get reader(): StateReader {
    return this
  }

  get writer(): StateWriter {
    return this
  }

  async commit(transaction: TransactionBuilder): Promise<CommitOutcome> {
    this.#commitCount += 1
    const built = transaction.build(`transaction-${this.#commitCount}`)
    await Promise.resolve()
    const failure = this.#failures.shift()
    if (failure !== undefined && !failure.applied) throw failure.error
    const outcome = this.#carryOut(built)
    if (failure !== undefined) throw failure.error
    return outcome
  }

  waitFor(revision: number, signal?: AbortSignal): Promise<void> {
    if (this.view.revision >= revision) return Promise.resolve()
    return this.#feed.waitFor(revision, signal)
  }

  onRevision(listener: Parameters<StateReader['onRevision']>[0]): () => void {
    return this.#feed.onRevision(listener)
  }

  onReset(listener: () => void): () => void {
    return this.#feed.onReset(listener)
  }

  holdView(): void {
    this.#isHeld = true
  }

  releaseView(): void {
    this.#isHeld = false
    this.#deliver()
  }

  failNext(error: CommitError, options: { readonly applied: boolean }): void {
    this.#failures.push({ error, applied: options.applied })
  }

  reset(): void {
    this.#feed.replaced(this.view.revision)
  }

  #carryOut(transaction: Transaction): CommitOutcome {
    const conflict = findConflict(transaction, (table, key) => this.#current.versionOf(table, key))
    if (conflict !== undefined) {
      const { table, key, actualVersion } = conflict
      return { kind: 'conflict', table, key, actualVersion }
    }
    const revision = this.#current.revision + 1
    this.#current.apply(revision, transaction.mutations)
    this.applied.push(transaction)
    this.#undelivered.push({ revision, mutations: transaction.mutations })
    setImmediate(() => this.#deliver())
    return { kind: 'committed', revision }
  }

  #deliver(): void {
    if (this.#isHeld) return
    for (const { revision, mutations } of this.#undelivered.splice(0)) {
      this.#feed.applied({ revision, changes: this.view.apply(revision, mutations) })
    }
  }
}
