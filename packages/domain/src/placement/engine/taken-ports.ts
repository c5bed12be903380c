import { invariant } from '@homeport/base'
import type { HostPort } from '../../instance/resources.ts'

const BITS = 32

/** Two protocols per port number. */
const portKey = ({ port, protocol }: HostPort): number => port * 4 + protocol

/** The instances on which one port is taken, a bit per slot, and how many they are. */
interface Takers {
  bits: Int32Array
  count: number
}

/** Which ports are taken where, by tasks or by the host itself: one row of bits per port in use. */
export class TakenPorts {
  readonly #takers = new Map<number, Takers>()
  /** Holders beyond the first, by port and slot: only where state was forced, as after a shrunk host. */
  readonly #extraHolders = new Map<string, number>()

  /** Counts one more holder of each port. */
  take(slot: number, ports: readonly HostPort[]): void {
    for (const port of ports) {
      const takers = this.#takersOf(portKey(port), slot)
      if (isSet(takers.bits, slot)) {
        const extra = `${portKey(port)}/${slot}`
        this.#extraHolders.set(extra, (this.#extraHolders.get(extra) ?? 0) + 1)
        continue
      }
      takers.bits[slot >>> 5] = (takers.bits[slot >>> 5] ?? 0) | (1 << (slot % BITS))
      takers.count++
    }
  }

  /** Counts one holder of each port out. @throws {InvariantError} when a port was not taken. */
  giveBack(slot: number, ports: readonly HostPort[]): void {
    for (const port of ports) {
      const key = portKey(port)
      const takers = this.#takers.get(key)
      const isTaken = takers !== undefined && isSet(takers.bits, slot)
      invariant(isTaken, `Cannot release port: it must be held, received ${port.port}`)
      if (this.#extraHolders.size > 0 && this.#dropExtra(`${key}/${slot}`)) continue
      takers.bits[slot >>> 5] = (takers.bits[slot >>> 5] ?? 0) & ~(1 << (slot % BITS))
      if (--takers.count === 0) this.#takers.delete(key)
    }
  }

  /** For each port that is taken anywhere, the bits of the slots where it is; see `isSet`. */
  whereTaken(ports: readonly HostPort[]): Int32Array[] {
    const rows: Int32Array[] = []
    for (const port of ports) {
      const takers = this.#takers.get(portKey(port))
      if (takers !== undefined) rows.push(takers.bits)
    }
    return rows
  }

  #dropExtra(extra: string): boolean {
    const extraHolders = this.#extraHolders.get(extra)
    if (extraHolders === undefined) return false
    if (extraHolders === 1) this.#extraHolders.delete(extra)
    else this.#extraHolders.set(extra, extraHolders - 1)
    return true
  }

  #takersOf(key: number, slot: number): Takers {
    const existing = this.#takers.get(key)
    const words = (slot >>> 5) + 1
    if (existing === undefined) {
      const created = { bits: new Int32Array(2 * words), count: 0 }
      this.#takers.set(key, created)
      return created
    }
    if (existing.bits.length < words) {
      const grown = new Int32Array(2 * words)
      grown.set(existing.bits)
      existing.bits = grown
    }
    return existing
  }
}

/** Whether the bit of a slot is set; slots beyond the row are not. */
export const isSet = (bits: Int32Array, slot: number): boolean =>
  ((bits[slot >>> 5] ?? 0) & (1 << (slot % BITS))) !== 0
