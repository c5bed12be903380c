/**
 * The reports of one session that are not acknowledged yet, in the order in which they came.
 *
 * An acknowledgement speaks for everything before it, so a report that is durable waits for those that came
 * earlier and are not.
 */
interface Entry {
  readonly sequence: bigint
  settled: boolean
}

/** See the head of this file. */
export class ReportWindow {
  readonly #entries: Entry[] = []

  /** Reports that are not acknowledged. */
  get size(): number {
    return this.#entries.length
  }

  /**
   * Takes a report up.
   * @returns what to call once it is durable or refused for good: gives the sequence to acknowledge now, or
   * `undefined` while an earlier report is open.
   */
  add(sequence: bigint): () => bigint | undefined {
    const entry: Entry = { sequence, settled: false }
    this.#entries.push(entry)
    return () => {
      entry.settled = true
      return this.#takeSettled()
    }
  }

  #takeSettled(): bigint | undefined {
    const openIndex = this.#entries.findIndex((entry) => !entry.settled)
    const settled = this.#entries.splice(0, openIndex === -1 ? this.#entries.length : openIndex)
    return settled.at(-1)?.sequence
  }
}
