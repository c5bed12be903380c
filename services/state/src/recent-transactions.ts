/** The revisions of the newest transactions, so that one that is sent again is answered and not applied again. */

/**
 * Ids that are remembered. A writer repeats for 60 s at most (COMMIT_TIMEOUT_MAX_MS), so this covers 2,000
 * transactions a second for as long; it takes about 15 MB when full.
 */
export const RECENT_TRANSACTIONS_MAX = 131_072

/** See the head of this file. */
export class RecentTransactions {
  readonly #limit: number
  /** Oldest first. */
  readonly #revisions = new Map<string, number>()

  constructor(limit: number = RECENT_TRANSACTIONS_MAX) {
    this.#limit = limit
  }

  /** Notes that the transaction was applied at `revision`; the oldest is forgotten when there are too many. */
  remember(transactionId: string, revision: number): void {
    this.#revisions.set(transactionId, revision)
    if (this.#revisions.size <= this.#limit) return
    const oldest = this.#revisions.keys().next()
    if (oldest.done !== true) this.#revisions.delete(oldest.value)
  }

  /** Where it was applied; `undefined`: it was not, or too long ago. */
  revisionOf(transactionId: string): number | undefined {
    return this.#revisions.get(transactionId)
  }
}
