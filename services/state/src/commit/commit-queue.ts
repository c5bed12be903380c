/**
 * Transactions on their way into the log.
 *
 * Model: each is queued once, whatever the number of times it is sent: a repetition adds somebody to answer.
 * The leader takes from the front; what an append did not settle goes back to the front, in the old order.
 */
import type { CommitResult } from '@homeport/wire/state'
import type { RecordedTransaction } from '../log/log-record.ts'

/** Called once with the outcome. */
export type Answer = (result: CommitResult) => void

/** A transaction as it was received. */
export interface ReceivedTransaction extends RecordedTransaction {
  /** Whether an earlier sending of it may have been appended by another leader. */
  readonly resent: boolean
}

/** A transaction without an outcome. */
export interface QueuedTransaction extends ReceivedTransaction {
  resent: boolean
  readonly queuedAtMs: number
  readonly answers: Answer[]
  /** The end of the log behind which an append of unclear outcome was tried; `undefined`: there was none. */
  unclearAfter: number | undefined
}

/** Transactions that may wait. */
export const QUEUE_TRANSACTIONS_MAX = 10_000

/** Bytes of transactions that may wait. */
export const QUEUE_BYTES_MAX: number = 64 * 1024 * 1024

/** See the head of this file. */
export class CommitQueue {
  /** Waiting and taken, by id. */
  readonly #open = new Map<string, QueuedTransaction>()
  #waiting: QueuedTransaction[] = []
  #openBytes = 0

  /** Transactions without an outcome, those that the leader has taken included. */
  get openCount(): number {
    return this.#open.size
  }

  /** Those that wait to be taken, oldest first. */
  get waiting(): readonly QueuedTransaction[] {
    return this.#waiting
  }

  /** Adds a transaction, or an answer to one that is open. False: there is no room for it. */
  offer(received: ReceivedTransaction, answer: Answer, nowMs: number): boolean {
    const { transactionId } = received.transaction
    const existing = this.#open.get(transactionId)
    if (existing !== undefined) {
      existing.answers.push(answer)
      existing.resent ||= received.resent
      return true
    }
    const byteCount = this.#openBytes + received.bytes.length
    if (this.#open.size >= QUEUE_TRANSACTIONS_MAX || byteCount > QUEUE_BYTES_MAX) return false
    this.#openBytes = byteCount
    const queued = { ...received, queuedAtMs: nowMs, answers: [answer], unclearAfter: undefined }
    this.#open.set(transactionId, queued)
    this.#waiting.push(queued)
    return true
  }

  /** Removes `count` transactions from the front; they stay open. */
  take(count: number): void {
    this.#waiting = this.#waiting.slice(count)
  }

  /** Puts taken transactions back to the front. */
  putBack(transactions: readonly QueuedTransaction[]): void {
    this.#waiting = [...transactions, ...this.#waiting]
  }

  /** Gives the outcome to everybody who asked and forgets the transaction. */
  settle(queued: QueuedTransaction, result: CommitResult): void {
    this.#open.delete(queued.transaction.transactionId)
    this.#openBytes -= queued.bytes.length
    for (const answer of queued.answers) answer(result)
  }

  /** Removes from those that wait and returns what `isExpired` says; they stay open until settled. */
  takeExpired(isExpired: (queued: QueuedTransaction) => boolean): QueuedTransaction[] {
    const expired: QueuedTransaction[] = []
    const kept: QueuedTransaction[] = []
    for (const queued of this.#waiting) (isExpired(queued) ? expired : kept).push(queued)
    this.#waiting = kept
    return expired
  }
}
