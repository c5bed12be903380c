/**
 * Decides what the next record holds.
 *
 * Intuition: an append costs the same whatever is in it, so everything that waits goes into one, as if the
 * transactions had come one after the other.
 * Model: each transaction is checked against the view with the changes of those before it in the batch laid
 * over it. Those that pass are members, those that do not conflict and change nothing. One of which the log
 * already tells the outcome has that outcome.
 */
import { findConflict, type RowConflict } from '@homeport/store'
import { RECORD_OVERHEAD_BYTES, TRANSACTION_OVERHEAD_BYTES } from '../log/log-record.ts'
import type { PastOutcome } from '../recent-transactions.ts'
import type { QueuedTransaction } from './commit-queue.ts'

/** Transactions of one record: past 200 the throughput no longer grows, and one record delays who comes after. */
export const BATCH_TRANSACTIONS_MAX = 500

/** What is known when a batch is planned. */
export interface BatchContext {
  /** The end of the log; the batch becomes the revision after it. */
  readonly revision: number
  /** Bytes that the record may have. */
  readonly recordBytesMax: number
  /** The version of a row at `revision`; 0: it does not exist. */
  versionOf(table: string, key: string): number
  /** What the log says of a transaction; `undefined`: nothing that is known. */
  outcomeOf(transactionId: string): PastOutcome | undefined
}

/** What becomes of the transactions at the front of the queue. */
export interface BatchPlan {
  /** How many of the queue are in the plan. */
  readonly takenCount: number
  /** Those to append, in order. */
  readonly members: readonly QueuedTransaction[]
  readonly conflicts: readonly ConflictingTransaction[]
  /** Those that the log holds already. */
  readonly duplicates: readonly { readonly queued: QueuedTransaction; readonly revision: number }[]
  /**
   * Ids of those in `conflicts` that were sent before: another leader may still hold one, or have it on its way
   * into the log. Only a record that names it makes the refusal final.
   */
  readonly refusedTransactionIds: readonly string[]
}

/** A transaction that changes nothing because of a row. */
export interface ConflictingTransaction {
  readonly queued: QueuedTransaction
  readonly conflict: RowConflict
}

/** Plans the next record from those that wait, oldest first. Pure. */
export function planBatch(waiting: readonly QueuedTransaction[], context: BatchContext): BatchPlan {
  const overlay = new Overlay(context)
  const members: QueuedTransaction[] = []
  const conflicts: ConflictingTransaction[] = []
  const refusedTransactionIds: string[] = []
  const duplicates: { queued: QueuedTransaction; revision: number }[] = []
  let byteCount = RECORD_OVERHEAD_BYTES
  let takenCount = 0
  for (const queued of waiting) {
    byteCount += queued.bytes.length + TRANSACTION_OVERHEAD_BYTES
    const isFull = takenCount > 0 && byteCount > context.recordBytesMax
    if (isFull || takenCount === BATCH_TRANSACTIONS_MAX) break
    takenCount += 1
    const { transactionId } = queued.transaction
    const past = context.outcomeOf(transactionId)
    const conflict = past === 'refused' ? pastConflict(queued, context) : overlay.conflictOf(queued)
    if (typeof past === 'number') {
      duplicates.push({ queued, revision: past })
    } else if (conflict === undefined) {
      overlay.add(queued)
      members.push(queued)
    } else {
      conflicts.push({ queued, conflict })
      if (queued.resent && past === undefined) refusedTransactionIds.push(transactionId)
    }
  }
  return { takenCount, members, conflicts, duplicates, refusedTransactionIds }
}

/** The log keeps that it was refused, not why; whoever gets the answer reads the rows again anyway. */
function pastConflict({ transaction }: QueuedTransaction, context: BatchContext): RowConflict {
  const { table, key, version } = transaction.expectations[0] ?? { table: '', key: '', version: 0n }
  return { table, key, expectedVersion: Number(version), actualVersion: context.versionOf(table, key) }
}

/** The view as the members so far would leave it. */
class Overlay {
  readonly #context: BatchContext
  /** Version by `table/key`; 0: deleted. */
  readonly #versions = new Map<string, number>()

  constructor(context: BatchContext) {
    this.#context = context
  }

  conflictOf({ transaction }: QueuedTransaction): RowConflict | undefined {
    return findConflict(
      transaction,
      (table, key) => this.#versions.get(`${table}/${key}`) ?? this.#context.versionOf(table, key),
    )
  }

  add(queued: QueuedTransaction): void {
    for (const { table, key, change } of queued.transaction.mutations) {
      this.#versions.set(`${table}/${key}`, change.case === 'put' ? this.#context.revision + 1 : 0)
    }
  }
}
