import type { InstanceRecord } from './instance-record.ts'
import type { InstanceTable } from './instance-table.ts'
import { Partition } from './partition.ts'

/** Attributes that tasks are spread over at the same time; each costs every task that comes or goes. */
const PARTITIONS_MAX = 8

/** The partitions that requests have asked for, kept with the table. */
export class Partitions {
  readonly #table: InstanceTable
  /** By attribute, the one asked for longest ago first. */
  readonly #partitions = new Map<string | undefined, Partition>()
  #newest: Partition | undefined
  #newestAttribute: string | undefined

  constructor(table: InstanceTable) {
    this.#table = table
  }

  /** Instances by the values of an attribute; `undefined`: all in one part. */
  by(attribute: string | undefined): Partition {
    if (this.#newest !== undefined && this.#newestAttribute === attribute) return this.#newest
    const partition = this.#partitions.get(attribute) ?? new Partition(this.#table, attribute)
    this.#partitions.delete(attribute)
    this.#partitions.set(attribute, partition)
    if (this.#partitions.size > PARTITIONS_MAX) {
      const [oldest] = this.#partitions.keys()
      this.#partitions.delete(oldest)
    }
    this.#newest = partition
    this.#newestAttribute = attribute
    return partition
  }

  /** Follows a task of a group that came (`by` 1) or went (`by` -1). */
  count(record: InstanceRecord, group: string, by: 1 | -1): void {
    for (const partition of this.#partitions.values()) {
      partition.count(record, group, by)
      partition.update(record)
    }
  }

  /** Follows an instance that `change` registers anew. */
  follow(record: InstanceRecord, change: () => void): void {
    const partitions = [...this.#partitions.values()]
    const formerValues = partitions.map((partition) => partition.valueOf(record))
    change()
    for (const [index, partition] of partitions.entries()) {
      partition.recount(record, formerValues[index] ?? 0)
      partition.update(record)
    }
  }

  /** Forgets everything: partitions are made anew when they are asked for. */
  clear(): void {
    this.#partitions.clear()
    this.#newest = undefined
  }
}
