/** What the log says, in memory: rows, and which transactions made them. Deterministic: same log, same state. */
import { View, type ViewReader } from '@homeport/store'
import type { RecordEffect } from './log/log-record.ts'
import { type PastOutcome, RecentTransactions } from './recent-transactions.ts'

/** One record, after it was applied. */
export interface AppliedRecord {
  readonly revision: number
  /** Its transactions as their writers encoded them, in order. */
  readonly transactions: readonly Uint8Array[]
}

/** Told after the view shows the record. Must not throw. */
export type RecordListener = (record: AppliedRecord) => void

/** Applies records in order. Owns the view. */
export class StateMachine {
  readonly #view = new View()
  readonly #recent = new RecentTransactions()
  readonly #listeners = new Set<RecordListener>()

  get view(): ViewReader {
    return this.#view
  }

  /** The newest sequence of the log that is accounted for. */
  get revision(): number {
    return this.#view.revision
  }

  /** Rows in all tables. */
  get rowCount(): number {
    return this.#view.rowCount
  }

  /** The version of a row; 0: it does not exist. */
  versionOf(table: string, key: string): number {
    return this.#view.versionOf(table, key)
  }

  /** What the log says of a transaction; `undefined`: nothing, or too long ago to be known. */
  outcomeOf(transactionId: string): PastOutcome | undefined {
    return this.#recent.outcomeOf(transactionId)
  }

  /**
   * Applies one record of the log.
   * @throws {InvariantError} when `revision` is not newer than what was applied.
   */
  apply(revision: number, { transactions, refusedTransactionIds }: RecordEffect): void {
    const mutations = transactions.flatMap(({ transaction }) => transaction.mutations)
    this.#view.apply(revision, mutations)
    for (const { transaction } of transactions) this.#recent.remember(transaction.transactionId, revision)
    for (const transactionId of refusedTransactionIds) this.#recent.remember(transactionId, 'refused')
    const applied = { revision, transactions: transactions.map(({ bytes }) => bytes) }
    for (const listener of this.#listeners) listener(applied)
  }

  /** Accounts for sequences up to `revision` at which nothing is stored. */
  skipTo(revision: number): void {
    this.#view.reach(revision)
  }

  /** Calls `listener` for every record applied from now on; the result ends that. */
  onRecord(listener: RecordListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
