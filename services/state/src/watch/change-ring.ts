/** The newest records, kept so that a watcher that was away for a moment continues without a new snapshot. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { required } from '@homeport/base'
import { TransactionSchema, WatchResponseSchema } from '@homeport/wire/state'
import type { AppliedRecord } from '../state-machine.ts'

/** Records that are kept: at 100 a second, those of the last 40 s. */
export const RING_RECORDS_MAX = 4096

/** Bytes of transactions that are kept. */
export const RING_BYTES_MAX: number = 16 * 1024 * 1024

/** One record as watchers get it. Holds only what was received, so that what is kept has a known size. */
export class RingEntry {
  readonly revision: number
  /** Bytes of its transactions. */
  readonly byteCount: number
  readonly #transactions: readonly Uint8Array[]

  constructor(record: AppliedRecord) {
    this.revision = record.revision
    this.#transactions = record.transactions
    this.byteCount = record.transactions.reduce((sum, bytes) => sum + bytes.length, 0)
  }

  /** The encoded `WatchResponse` for a filter. Nothing is decoded for a watcher of all tables. */
  encoded(filter: TableFilter): Uint8Array {
    const transactions = filter.isAll
      ? [...this.#transactions]
      : this.#transactions.flatMap((bytes) => concerning(bytes, filter))
    const changes = { case: 'changes' as const, value: { revision: BigInt(this.revision), transactions } }
    return toBinary(WatchResponseSchema, create(WatchResponseSchema, { event: changes }))
  }
}

/** The part of a transaction that a filter lets through: none, or one transaction. */
function concerning(bytes: Uint8Array, filter: TableFilter): Uint8Array[] {
  const { transactionId, mutations } = fromBinary(TransactionSchema, bytes)
  const wanted = mutations.filter(({ table }) => filter.includes(table))
  if (wanted.length === 0) return []
  return [toBinary(TransactionSchema, create(TransactionSchema, { transactionId, mutations: wanted }))]
}

/** Which tables a watcher wants. */
export interface TableFilter {
  /** Whether it wants every table. */
  readonly isAll: boolean
  includes(table: string): boolean
}

/** Every table when `tables` is empty. */
export function tableFilter(tables: readonly string[]): TableFilter {
  const wanted = new Set(tables)
  const isAll = wanted.size === 0
  return { isAll, includes: (table) => isAll || wanted.has(table) }
}

/** See the head of this file. Oldest first, bounded in number and in bytes. */
export class ChangeRing {
  readonly #entries: (RingEntry | undefined)[]
  readonly #bytesMax: number
  /** Entries ever added; the newest lies at `(#addedCount - 1) % #entries.length`. */
  #addedCount = 0
  #count = 0
  #byteCount = 0
  #floorRevision = 0

  constructor(limits: { readonly records: number; readonly bytes: number }) {
    this.#entries = Array.from({ length: limits.records })
    this.#bytesMax = limits.bytes
  }

  /** Adds a record newer than all others, and forgets the oldest for it. */
  add(record: AppliedRecord): void {
    if (this.#count === this.#entries.length) this.#dropOldest()
    const entry = new RingEntry(record)
    this.#entries[this.#addedCount % this.#entries.length] = entry
    this.#addedCount += 1
    this.#count += 1
    this.#byteCount += entry.byteCount
    while (this.#byteCount > this.#bytesMax && this.#count > 1) this.#dropOldest()
  }

  /**
   * The oldest record after `revision`; `undefined`: there is none yet; `lost`: some are no longer kept.
   */
  after(revision: number): RingEntry | 'lost' | undefined {
    if (revision < this.#floorRevision) return 'lost'
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#at(middle).revision > revision) high = middle
      else low = middle + 1
    }
    return low === this.#count ? undefined : this.#at(low)
  }

  #at(index: number): RingEntry {
    const position = (this.#addedCount - this.#count + index) % this.#entries.length
    return required(this.#entries[position], 'the ring entry')
  }

  #dropOldest(): void {
    const oldest = this.#at(0)
    this.#entries[(this.#addedCount - this.#count) % this.#entries.length] = undefined
    this.#count -= 1
    this.#byteCount -= oldest.byteCount
    this.#floorRevision = oldest.revision
  }
}
