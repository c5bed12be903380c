/** Small numbers for instances, so that what is known of them fits into columns. Slots that are given back are
 * used again, the last first. */
export class Slots {
  readonly #slots = new Map<string, number>()
  readonly #free: number[] = []
  #count = 0

  /** All slots are below it. */
  get count(): number {
    return this.#count
  }

  /** The slot of an instance; `undefined`: it has none. */
  get(instanceId: string): number | undefined {
    return this.#slots.get(instanceId)
  }

  /** Gives an instance, which has none, its slot. */
  add(instanceId: string): number {
    const slot = this.#free.pop() ?? this.#count++
    this.#slots.set(instanceId, slot)
    return slot
  }

  /** Takes the slot of an instance back. */
  remove(instanceId: string): void {
    const slot = this.#slots.get(instanceId)
    if (slot === undefined) return
    this.#slots.delete(instanceId)
    this.#free.push(slot)
  }
}
