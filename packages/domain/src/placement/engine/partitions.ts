import type { InstanceRecord } from './instance-record.ts'
import type { InstanceTable } from './instance-table.ts'
import { Partition } from './partition.ts'

/** Attributes that tasks are spread over at the same time; each costs every task that comes or goes. */
const PARTITIONS_MAX = 16

/** The partitions that requests have asked for, kept with the table. */
export class Partitions {
  readonly #table: InstanceTable
  /** At most `PARTITIONS_MAX`, the newest first. */
  #partitions: { readonly attribute: string | undefined; readonly partition: Partition }[] = []

  constructor(table: InstanceTable) {
    this.#table = table
  }

  /** Instances by the values of an attribute; `undefined`: all in one part. */
  by(attribute: string | undefined): Partition {
    for (const entry of this.#partitions) if (entry.attribute === attribute) return entry.partition
    const partition = new Partition(this.#table, attribute)
    this.#partitions = [{ attribute, partition }, ...this.#partitions].slice(0, PARTITIONS_MAX)
    return partition
  }

  /** Follows a task of a group that came (`by` 1) or went (`by` -1). */
  count(record: InstanceRecord, group: string, by: 1 | -1): void {
    for (const { partition } of this.#partitions) {
      partition.count(record, group, by)
      partition.update(record)
    }
  }

  /** Follows an instance that `change` registers anew. */
  follow(record: InstanceRecord, change: () => void): void {
    const formerValues = this.#partitions.map(({ partition }) => partition.valueOf(record))
    change()
    for (const [index, { partition }] of this.#partitions.entries()) {
      partition.recount(record, formerValues[index] ?? 0)
      partition.update(record)
    }
  }

  /** Forgets everything: partitions are made anew when they are asked for. */
  clear(): void {
    this.#partitions = []
  }
}
