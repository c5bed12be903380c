/** What the log says of the newest transactions, so that one that is sent again is answered and not applied again. */

/** The revision at which a transaction was applied, or that it was refused for good. */
export type PastOutcome = number | 'refused'

/**
 * Ids that are remembered. A writer repeats for 60 s at most (COMMIT_TIMEOUT_MAX_MS), so this covers 2,000
 * transactions a second for as long; it takes about 15 MB when full.
 */
export const RECENT_TRANSACTIONS_MAX = 131_072

/** See the head of this file. */
export class RecentTransactions {
  readonly #limit: number
  readonly #outcomes = new Map<string, PastOutcome>()
  /**
   * The keys of `#outcomes`, a ring once there are as many as may be. Not asked of the map: it would look for its
   * oldest key behind the holes of all that were deleted, which takes longer than a commit.
   */
  readonly #ids: string[] = []
  #oldestIndex = 0

  constructor(limit: number = RECENT_TRANSACTIONS_MAX) {
    this.#limit = limit
  }

  /** Notes a transaction's outcome; the oldest is forgotten when there are too many. */
  remember(transactionId: string, outcome: PastOutcome): void {
    const isKnown = this.#outcomes.has(transactionId)
    this.#outcomes.set(transactionId, outcome)
    if (isKnown) return
    const oldest = this.#ids[this.#oldestIndex]
    if (this.#ids.length < this.#limit || oldest === undefined) {
      this.#ids.push(transactionId)
      return
    }
    this.#outcomes.delete(oldest)
    this.#ids[this.#oldestIndex] = transactionId
    this.#oldestIndex = (this.#oldestIndex + 1) % this.#limit
  }

  /** What became of it; `undefined`: nothing is known, or it was too long ago. */
  outcomeOf(transactionId: string): PastOutcome | undefined {
    return this.#outcomes.get(transactionId)
  }
}
