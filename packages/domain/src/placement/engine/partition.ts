/**
 * Instances in parts: one for each value of an attribute that tasks are spread over, or one for all.
 *
 * Model: the value of an instance is that of its attribute class. Tasks per group and value are counted as they
 * come and go, so "the zone with the fewest" is a look at as many numbers as there are zones.
 */
import type { InstanceRecord } from './instance-record.ts'
import type { InstanceTable } from './instance-table.ts'
import { type PackedResource, RoomIndex } from './room-index.ts'

/** Values up to which each has its own part of an index; an index of 64 parts takes 8 MiB. */
export const PARTS_MAX = 64

/** No task of a group is anywhere. */
const NO_COUNTS: readonly number[] = []

interface GroupCounts {
  total: number
  readonly byValue: number[]
}

/** The instances of a table by the values of one attribute. */
export class Partition {
  readonly #table: InstanceTable
  /** `undefined`: all instances have the same value. */
  readonly #attribute: string | undefined
  readonly #values = new Map<string, number>()
  /** By number of the class. */
  readonly #valueOfClass: number[] = []
  readonly #groups = new Map<string, GroupCounts>()
  #memoryIndex: RoomIndex | undefined
  #cpuIndex: RoomIndex | undefined

  constructor(table: InstanceTable, attribute: string | undefined) {
    this.#table = table
    this.#attribute = attribute
    for (const record of table.records) {
      if (record !== undefined) this.#countAll(record, this.valueOf(record))
    }
  }

  /** Values seen; all numbers of values are below. */
  get valueCount(): number {
    return this.#values.size
  }

  /** The number of an instance's value; to lack the attribute is to have the empty value. */
  valueOf({ attributeClass: { id, attributes } }: InstanceRecord): number {
    const known = this.#valueOfClass[id]
    if (known !== undefined) return known
    const text = this.#attribute === undefined ? '' : (attributes.get(this.#attribute) ?? '')
    const value = this.#values.get(text) ?? this.#values.size
    this.#values.set(text, value)
    this.#valueOfClass[id] = value
    return value
  }

  /** Tasks of a group by number of the value; none is 0. */
  countsOf(group: string): readonly number[] {
    if (this.#attribute === undefined) return NO_COUNTS
    return this.#groups.get(group)?.byValue ?? NO_COUNTS
  }

  /** The index whose rows tell `packed` apart. Only while there are at most `PARTS_MAX` values. */
  index(packed: PackedResource): RoomIndex {
    if (packed === 'memory') {
      this.#memoryIndex ??= this.#build(packed)
      return this.#memoryIndex
    }
    this.#cpuIndex ??= this.#build(packed)
    return this.#cpuIndex
  }

  /** Counts a task of a group in or out. */
  count(record: InstanceRecord, group: string, by: number): void {
    if (this.#attribute !== undefined) this.#count(this.valueOf(record), group, by)
  }

  /** Follows an instance whose attributes were others; `formerValue` is what `valueOf` said then. */
  recount(record: InstanceRecord, formerValue: number): void {
    const value = this.valueOf(record)
    if (value === formerValue || this.#attribute === undefined) return
    for (const [group, tasks] of record.groups) {
      this.#count(formerValue, group, -tasks)
      this.#count(value, group, tasks)
    }
  }

  /** Follows what an instance has left, whether it is ready, and which value it has. */
  update(record: InstanceRecord): void {
    const value = this.valueOf(record)
    if (value >= PARTS_MAX) {
      this.#memoryIndex = undefined
      this.#cpuIndex = undefined
    }
    this.#memoryIndex?.update(record.slot, value)
    this.#cpuIndex?.update(record.slot, value)
  }

  #build(packed: PackedResource): RoomIndex {
    const index = new RoomIndex(this.#table, packed)
    for (const record of this.#table.records) {
      if (record !== undefined) index.update(record.slot, this.valueOf(record))
    }
    return index
  }

  #countAll(record: InstanceRecord, value: number): void {
    if (this.#attribute === undefined) return
    for (const [group, tasks] of record.groups) this.#count(value, group, tasks)
  }

  #count(value: number, group: string, by: number): void {
    const counts = this.#groups.get(group) ?? { total: 0, byValue: [] }
    if (counts.total === 0) this.#groups.set(group, counts)
    // Without holes, which would make a slow array of it.
    while (counts.byValue.length <= value) counts.byValue.push(0)
    counts.byValue[value] = (counts.byValue[value] ?? 0) + by
    counts.total += by
    if (counts.total === 0) this.#groups.delete(group)
  }
}
