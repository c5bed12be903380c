/**
 * Reads CBOR (RFC 8949) as far as Smithy RPC v2 uses it. The client package has a reader too, but it
 * trusts the lengths that it reads and prints to the console when they are absurd: good for answers of
 * AWS, not for requests of anybody.
 */
import { MismatchError, NESTING_MAX, tooDeep } from './mismatch.ts'
import { setEntry } from './tree-reader.ts'

const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5, tag: 6, simple: 7 } as const
/** Additional information of a head: the value follows in 1, 2, 4 or 8 bytes, or is indefinite. */
const INFO = { oneByte: 24, twoBytes: 25, fourBytes: 26, eightBytes: 27, indefinite: 31 } as const
const BREAK = 0xff
/** The tag of seconds since the epoch. */
const TAG_EPOCH = 1

/**
 * Reads one value that fills the whole of `bytes`. Timestamps become `Date`s, byte strings views of `bytes`.
 * @throws {MismatchError} when it is no CBOR, nested too deep, or of a kind that no model has.
 */
export function readCbor(bytes: Buffer): unknown {
  const reader = new CborReader(bytes)
  const value = reader.read(0)
  if (!reader.atEnd) throw malformed()
  return value
}

class CborReader {
  readonly #bytes: Buffer
  #offset = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#offset === this.#bytes.length
  }

  read(depth: number): unknown {
    if (depth > NESTING_MAX) throw tooDeep()
    const head = this.#take(1).readUInt8()
    const major = head >> 5
    const info = head & 0x1f
    switch (major) {
      case MAJOR.unsigned:
        return this.#count(info)
      case MAJOR.negative:
        return -1 - this.#count(info)
      case MAJOR.bytes:
        return this.#chunks(MAJOR.bytes, info)
      case MAJOR.text:
        return this.#chunks(MAJOR.text, info).toString('utf8')
      case MAJOR.list:
        return this.#list(info, depth)
      case MAJOR.map:
        return this.#map(info, depth)
      case MAJOR.tag:
        return this.#tagged(this.#count(info), depth)
      default:
        return this.#simple(info)
    }
  }

  #take(length: number): Buffer {
    const end = this.#offset + length
    if (end > this.#bytes.length) throw malformed()
    const taken = this.#bytes.subarray(this.#offset, end)
    this.#offset = end
    return taken
  }

  /** The number that a head holds; above 2^53 the nearest that a number can be. */
  #count(info: number): number {
    if (info < INFO.oneByte) return info
    if (info === INFO.oneByte) return this.#take(1).readUInt8()
    if (info === INFO.twoBytes) return this.#take(2).readUInt16BE()
    if (info === INFO.fourBytes) return this.#take(4).readUInt32BE()
    if (info === INFO.eightBytes) return Number(this.#take(8).readBigUInt64BE())
    throw malformed()
  }

  #chunks(major: number, info: number): Buffer {
    if (info !== INFO.indefinite) return this.#take(this.#count(info))
    const chunks: Buffer[] = []
    while (!this.#takeBreak()) {
      const head = this.#take(1).readUInt8()
      if (head >> 5 !== major || (head & 0x1f) === INFO.indefinite) throw malformed()
      chunks.push(this.#take(this.#count(head & 0x1f)))
    }
    return Buffer.concat(chunks)
  }

  #list(info: number, depth: number): unknown[] {
    const items: unknown[] = []
    this.#repeat(info, () => items.push(this.read(depth + 1)))
    return items
  }

  #map(info: number, depth: number): Record<string, unknown> {
    const entries: Record<string, unknown> = {}
    this.#repeat(info, () => {
      const key = this.read(depth + 1)
      if (typeof key !== 'string') throw malformed()
      setEntry(entries, key, this.read(depth + 1))
    })
    return entries
  }

  /** A length that lies ends at the end of the bytes: nothing is made for items that aren't there. */
  #repeat(info: number, readItem: () => void): void {
    if (info === INFO.indefinite) {
      while (!this.#takeBreak()) readItem()
      return
    }
    const count = this.#count(info)
    for (let index = 0; index < count; index += 1) readItem()
  }

  #takeBreak(): boolean {
    const found = this.#bytes[this.#offset] === BREAK
    if (found) this.#offset += 1
    return found
  }

  #tagged(tag: number, depth: number): Date {
    const value = this.read(depth + 1)
    const date = new Date(typeof value === 'number' ? Math.round(value * 1000) : Number.NaN)
    if (tag !== TAG_EPOCH || Number.isNaN(date.getTime())) throw malformed()
    return date
  }

  #simple(info: number): unknown {
    const SIMPLE: Readonly<Record<number, unknown>> = { 20: false, 21: true, 22: null, 23: null }
    if (info in SIMPLE) return SIMPLE[info]
    if (info === INFO.twoBytes) return halfFloat(this.#take(2).readUInt16BE())
    if (info === INFO.fourBytes) return this.#take(4).readFloatBE()
    if (info === INFO.eightBytes) return this.#take(8).readDoubleBE()
    throw malformed()
  }
}

function halfFloat(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

function malformed(): MismatchError {
  return new MismatchError('Unable to parse the request body as CBOR')
}
