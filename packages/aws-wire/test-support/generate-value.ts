import { NormalizedSchema } from '@smithy/core/schema'
import type { SchemaRef } from '@smithy/types'

/** A small seeded generator (mulberry32): a failing run is repeated with its seed. */
export class SeededRandom {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** @returns an integer in `[0, limit)`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }
}

const TEXTS = [
  'plain',
  'a<b>&"c" \'d\'',
  'ünïcödé 日本語 🎉',
  'back\\slash/and%41+plus=eq&amp;',
  'line one\nline two\ttab',
  ' leading and trailing ',
  '2024-02-30T00:00:00Z',
  '12345678901234567890',
  'true',
  '[]{}::,,..;;member.1',
]
const KEYS = ['key', 'a.b/c', 'with space', 'ключ', 'constructor']
const NUMBERS = [0, 1, -1, 42, 1.5, -0.25, 2_147_483_647, 9_007_199_254_740_991, 1e-7, 1e15]
const DATES_MS = [0, 1_700_000_000_000, 1_709_210_096_789, 951_782_400_500]
/** How often one structure may occur on the way down: recursive structures end here. */
const RECURSION_MAX = 2

/** Generates values of schemas: every member, nested, with texts and numbers that encodings get wrong. */
export class ValueGenerator {
  readonly #random: SeededRandom
  readonly #ancestors: string[] = []

  constructor(seed: number) {
    this.#random = new SeededRandom(seed)
  }

  /** @returns undefined for a structure that already occurs too often above. */
  generate(ref: SchemaRef | NormalizedSchema): unknown {
    const schema = NormalizedSchema.of(ref as SchemaRef)
    if (schema.isUnitSchema()) return {}
    if (schema.isStructSchema()) return this.#structure(schema)
    if (schema.isListSchema()) {
      const items = [schema.getValueSchema(), schema.getValueSchema()].map((element) =>
        this.generate(element),
      )
      return items.filter((item) => item !== undefined)
    }
    if (schema.isMapSchema()) return this.#map(schema)
    if (schema.isTimestampSchema()) return new Date(this.#random.pick(DATES_MS))
    return this.#leaf(schema)
  }

  #structure(schema: NormalizedSchema): Record<string, unknown> | undefined {
    const name = schema.getName(true) ?? ''
    if (this.#ancestors.filter((ancestor) => ancestor === name).length >= RECURSION_MAX) return undefined
    this.#ancestors.push(name)
    const result: Record<string, unknown> = {}
    for (const [member, memberSchema] of this.#chosenMembers(schema)) {
      const value = this.generate(memberSchema)
      if (value !== undefined) result[member] = value
    }
    this.#ancestors.pop()
    // A union without a member says nothing on the wire, so nothing could come back.
    return schema.isUnionSchema() && Object.keys(result).length === 0 ? undefined : result
  }

  /** One member of a union, and not one of no members itself: the query protocol can't say such a choice. */
  #chosenMembers(schema: NormalizedSchema): [string, NormalizedSchema][] {
    const members = [...schema.structIterator()] as [string, NormalizedSchema][]
    if (!schema.isUnionSchema()) return members
    const sayable = members.filter(
      ([, member]) => !member.isStructSchema() || Object.keys(member.getMemberSchemas()).length > 0,
    )
    return [this.#random.pick(sayable)]
  }

  #map(schema: NormalizedSchema): Record<string, unknown> {
    const entries = [this.#random.pick(KEYS), 'last'].map(
      (key) => [key, this.generate(schema.getValueSchema())] as const,
    )
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
  }

  #leaf(schema: NormalizedSchema): unknown {
    if (schema.isStringSchema()) return this.#random.pick(TEXTS)
    if (schema.isBooleanSchema()) return this.#random.below(2) === 1
    if (schema.isNumericSchema()) return this.#random.pick(NUMBERS)
    if (schema.isBlobSchema()) {
      return Uint8Array.from({ length: 1 + this.#random.below(40) }, () => this.#random.below(256))
    }
    if (schema.isDocumentSchema())
      return { nested: [1, 'two', { three: null }], text: this.#random.pick(TEXTS) }
    throw new TypeError(`Cannot generate a value: unknown schema, received ${schema.getName(true)}`)
  }
}

/** Brings a value into one comparable form: keys sorted, dates and bytes as text, undefined dropped. */
export function comparable(value: unknown): unknown {
  if (value instanceof Date) return `date ${value.toISOString()}`
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => item !== undefined && key !== '$metadata')
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, comparable(item)]),
  )
}
