/**
 * Tasks as the JSON that ECS answers, kept written.
 *
 * Intuition: tasks are described far more often than they change, and writing a hundred of them takes longer than all the
 * rest of a request. A row never changes, so its text holds as long as the row does, and as long as the row of its
 * instance, of which a task shows an attribute.
 * Model: two generations of texts. A text that is asked for moves to the younger one; when that is full the older one is
 * dropped. So what is asked for stays, and what is kept is bounded.
 * Rejected: a text per row for good (asked for or not); the order of uses, which costs a write per read; strings, which
 * are flattened and encoded anew for every answer.
 */
import type { Row } from '@homeport/store'

/** Bytes of a generation: some 60,000 tasks. Two of them are what may be kept. */
export const GENERATION_BYTES_MAX: number = 96 * 1024 * 1024

interface WrittenTask {
  readonly instance: Row<'containerInstances'> | undefined
  /** UTF-8 of all members but the tags, without the closing brace. */
  readonly text: Buffer
}

/** See the head of this file. */
export class TaskTexts {
  readonly #bytesMax: number
  #younger = new Map<Row<'tasks'>, WrittenTask>()
  #older = new Map<Row<'tasks'>, WrittenTask>()
  #byteCount = 0

  /** @param bytesMax bytes of a generation. */
  constructor(bytesMax: number = GENERATION_BYTES_MAX) {
    this.#bytesMax = bytesMax
  }

  /** The text of a task on `instance`; `write` makes it when there is none. */
  textOf(row: Row<'tasks'>, instance: Row<'containerInstances'> | undefined, write: () => string): Buffer {
    const young = this.#younger.get(row)
    if (young !== undefined && young.instance === instance) return young.text
    const old = this.#older.get(row)
    const text = old !== undefined && old.instance === instance ? old.text : Buffer.from(write())
    if (this.#byteCount + text.length > this.#bytesMax) {
      this.#older = this.#younger
      this.#younger = new Map()
      this.#byteCount = 0
    }
    this.#younger.set(row, { instance, text })
    this.#byteCount += text.length
    return text
  }
}
