/**
 * Chance among instances that are equally good.
 *
 * Intuition: whoever draws from a list has to make the list first, and on an empty cluster that is everybody.
 * Model: one chance names a sequence of slots. The first of them that holds an equal wins. When none does, the
 * equals are few, they have been listed, and each has a rank that depends on the chance; the lowest wins. Both
 * are uniform, neither depends on the order in which equals are found, so an index and a scan draw the same.
 * Rejected: the first equal behind a random slot, which favours whoever follows a row of full instances.
 */

/** Where chances come from; `Random` of the runtime fits. */
export interface Chances {
  /** Uniform in [0, 1). */
  next(): number
}

/** Slots that are tried. With equals in a third of all slots, one placement in 650 has to list them. */
const TRIES_MAX = 16

const TWO_TO_32 = 0x1_0000_0000

/** One chance, spent on slots below `slotCount`. One object serves one placement after the other. */
export class Draw {
  #seed = 0
  #slotCount = 0

  /** Takes a new chance. */
  renew(random: Chances, slotCount: number): void {
    this.#seed = Math.floor(random.next() * TWO_TO_32) >>> 0
    this.#slotCount = slotCount
  }

  /** The first slot of the sequence that is accepted; -1: none is. */
  firstTry(accepts: (slot: number) => boolean): number {
    let state = this.#seed
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const slot = Math.floor((state / TWO_TO_32) * this.#slotCount)
      if (accepts(slot)) return slot
      state = scramble(state)
    }
    return -1
  }

  /** Whether `slot` wins over `other` when no try was accepted. */
  isBefore(slot: number, other: number): boolean {
    const [rank, otherRank] = [this.#rank(slot), this.#rank(other)]
    return rank === otherRank ? slot < other : rank < otherRank
  }

  #rank(slot: number): number {
    return scramble(Math.imul(this.#seed, 2 * slot + 1) >>> 0)
  }
}

/** Spreads every bit over all 32 (the finalizer of MurmurHash3); a bijection that keeps 0. */
function scramble(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
