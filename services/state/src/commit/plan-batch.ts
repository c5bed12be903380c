/**
 * Decides what the next record holds.
 *
 * Intuition: an append costs the same whatever is in it, so everything that waits goes into one, as if the
 * transactions had come one after the other.
 * Model: each transaction is checked against the view with the changes of those before it in the batch laid
 * over it. Those that pass are members, those that do not conflict and change nothing.
 */
import { findConflict, type RowConflict } from '@homeport/store'
import { RECORD_OVERHEAD_BYTES, TRANSACTION_OVERHEAD_BYTES } from '../log/log-record.ts'
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
  /** Where a transaction was applied before; `undefined`: nowhere that is known. */
  revisionOf(transactionId: string): number | undefined
}

/** What becomes of the transactions at the front of the queue. */
export interface BatchPlan {
  /** How many of the queue are in the plan. */
  readonly takenCount: number
  /** Those to append, in order. */
  readonly members: readonly QueuedTransaction[]
  readonly conflicts: readonly { readonly queued: QueuedTransaction; readonly conflict: RowConflict }[]
  /** Those that the log holds already. */
  readonly duplicates: readonly { readonly queued: QueuedTransaction; readonly revision: number }[]
  /**
   * Whether outcomes may be told only after an append has succeeded: there are members, or a transaction
   * conflicts whose first sending may still be on its way into the log from another leader.
   */
  readonly needsAppend: boolean
}

/** Plans the next record from those that wait, oldest first. Pure. */
export function planBatch(waiting: readonly QueuedTransaction[], context: BatchContext): BatchPlan {
  const overlay = new Overlay(context)
  const members: QueuedTransaction[] = []
  const conflicts: { queued: QueuedTransaction; conflict: RowConflict }[] = []
  const duplicates: { queued: QueuedTransaction; revision: number }[] = []
  let byteCount = RECORD_OVERHEAD_BYTES
  let takenCount = 0
  for (const queued of waiting) {
    byteCount += queued.bytes.length + TRANSACTION_OVERHEAD_BYTES
    const isFull = takenCount > 0 && byteCount > context.recordBytesMax
    if (isFull || takenCount === BATCH_TRANSACTIONS_MAX) break
    takenCount += 1
    const revision = context.revisionOf(queued.transaction.transactionId)
    if (revision !== undefined) {
      duplicates.push({ queued, revision })
      continue
    }
    const conflict = findConflict(queued.transaction, overlay.versionOf)
    if (conflict === undefined) {
      overlay.add(queued)
      members.push(queued)
    } else {
      conflicts.push({ queued, conflict })
    }
  }
  const needsAppend = members.length > 0 || conflicts.some(({ queued }) => queued.resent)
  return { takenCount, members, conflicts, duplicates, needsAppend }
}

/** The view as the members so far would leave it. */
class Overlay {
  readonly #context: BatchContext
  /** Version by `table/key`; 0: deleted. */
  readonly #versions = new Map<string, number>()

  constructor(context: BatchContext) {
    this.#context = context
  }

  readonly versionOf = (table: string, key: string): number =>
    this.#versions.get(`${table}/${key}`) ?? this.#context.versionOf(table, key)

  add(queued: QueuedTransaction): void {
    for (const { table, key, change } of queued.transaction.mutations) {
      this.#versions.set(`${table}/${key}`, change.case === 'put' ? this.#context.revision + 1 : 0)
    }
  }
}
