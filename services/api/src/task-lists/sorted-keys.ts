/**
 * A set of keys in order, from any of which it can be walked.
 *
 * Model: blocks of at most `BLOCK_KEYS_MAX` keys, none empty, in order within and between them. Finding a place is two
 * binary searches; an insertion moves a part of one block.
 * Rejected: one sorted array, whose every insertion moves half of all keys; a tree, which has an object per key.
 */

/** Keys of a block; a full one is halved. Moving so many pointers takes less than a microsecond. */
export const BLOCK_KEYS_MAX = 512

/** See the head of this file. Order: by UTF-16 code units, as `<` has it. */
export class SortedKeys {
  #blocks: string[][] = []
  #size = 0

  /** The keys of `keys`, which need not be in order and must not repeat. */
  static from(keys: readonly string[]): SortedKeys {
    const sorted = keys.toSorted()
    const made = new SortedKeys()
    // Half full, so that the first insertions find room.
    const length = BLOCK_KEYS_MAX / 2
    for (let start = 0; start < sorted.length; start += length) {
      made.#blocks.push(sorted.slice(start, start + length))
    }
    made.#size = sorted.length
    return made
  }

  get size(): number {
    return this.#size
  }

  /** Adds a key; one that is there stays. */
  add(key: string): void {
    const index = this.#blockOf(key)
    const block = this.#blocks[index]
    if (block === undefined) {
      this.#blocks.push([key])
      this.#size += 1
      return
    }
    const place = firstNotBefore(block, key)
    if (block[place] === key) return
    block.splice(place, 0, key)
    this.#size += 1
    if (block.length > BLOCK_KEYS_MAX) this.#blocks.splice(index + 1, 0, block.splice(BLOCK_KEYS_MAX / 2))
  }

  /** Removes a key; harmless when it is not there. */
  delete(key: string): void {
    const index = this.#blockOf(key)
    const block = this.#blocks[index]
    if (block === undefined) return
    const place = firstNotBefore(block, key)
    if (block[place] !== key) return
    block.splice(place, 1)
    this.#size -= 1
    if (block.length === 0) this.#blocks.splice(index, 1)
  }

  /**
   * The keys behind `after` (all of them when it is absent). The set must not change meanwhile.
   * @yields them in order.
   */
  *after(after: string | undefined): Generator<string, void, void> {
    let index = after === undefined ? 0 : this.#blockOf(after)
    let place = 0
    if (after !== undefined) {
      const block = this.#blocks[index] ?? []
      place = firstNotBefore(block, after)
      if (block[place] === after) place += 1
    }
    for (; index < this.#blocks.length; index += 1, place = 0) {
      const block = this.#blocks[index] ?? []
      for (; place < block.length; place += 1) yield block[place] ?? ''
    }
  }

  /** The block in which `key` is or would be: the last one that does not begin behind it, else the first. */
  #blockOf(key: string): number {
    let [low, high] = [0, this.#blocks.length]
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      if ((this.#blocks[middle]?.[0] ?? '') <= key) low = middle
      else high = middle
    }
    return low
  }
}

/** The index of the first key that is not before `key`. */
function firstNotBefore(block: readonly string[], key: string): number {
  let [low, high] = [0, block.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((block[middle] ?? '') < key) low = middle + 1
    else high = middle
  }
  return low
}
