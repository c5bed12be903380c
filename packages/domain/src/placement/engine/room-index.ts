/**
 * Instances by what they have left.
 *
 * Intuition: of ten thousand instances most are full or far from full, and a task that is to be packed tightly
 * wants the fullest that still has room.
 * Model: for each part (see partition.ts) a grid. An instance that is ready is in the row of what it has left
 * of the resource that is packed, and in the column of what it has left of the other. A row says in one word
 * which of its columns are taken, 32 rows say in one word together which of theirs are. Cells are lists through
 * two columns of slots. The grid only finds instances; whether they fit is asked of exact amounts.
 * Rejected: a tree over exact amounts, whose every step is a miss of the cache.
 */
import { copyInto, type InstanceTable, READY } from './instance-table.ts'
import { COLUMN_BITS, COLUMNS, columnOf, ROWS, rowOf } from './room-buckets.ts'

/** What rows tell apart; columns tell the other one apart. */
export type PackedResource = 'cpu' | 'memory'

const NONE = -1
/** log2 of the rows in a group. */
const GROUP_BITS = 5
const ROWS_PER_GROUP = 1 << GROUP_BITS

/** The least that an instance must have left. */
interface Amounts {
  readonly cpuUnits: number
  readonly memoryMib: number
}

/** Instances that are ready, by part and by what they have left. */
export class RoomIndex {
  readonly #table: InstanceTable
  readonly #packed: PackedResource
  #sizes: Int32Array = new Int32Array(0)
  /** By cell, which is (part, row, column): the first slot. */
  #heads: Int32Array = new Int32Array(0)
  /** By (part, row): the columns that are not empty. */
  #columns: Int32Array = new Int32Array(0)
  /** By (part, row): how many instances. */
  #counts: Int32Array = new Int32Array(0)
  /** By (part, row): bounds of the amounts since the row was last empty. */
  #lowest: Float64Array = new Float64Array(0)
  #highest: Float64Array = new Float64Array(0)
  /** By (part, group of rows): the columns that are not empty in any of them. */
  #groups: Int32Array = new Int32Array(0)
  /** By slot; -1: it is not ready. */
  #parts: Int32Array = new Int32Array(0)
  #cells: Int32Array = new Int32Array(0)
  #next: Int32Array = new Int32Array(0)
  #previous: Int32Array = new Int32Array(0)

  constructor(table: InstanceTable, packed: PackedResource) {
    this.#table = table
    this.#packed = packed
  }

  /** Instances in a part. */
  size(part: number): number {
    return this.#sizes[part] ?? 0
  }

  /** The part of an instance; -1: it is not ready. */
  partOf(slot: number): number {
    return this.#parts[slot] ?? NONE
  }

  /** Whether the instance is in this row of its part. */
  isInRow(slot: number, row: number): boolean {
    return rowOf(this.#packedLeft(slot)) === row
  }

  /** The first row in which an instance with so much left can be. */
  rowFor({ cpuUnits, memoryMib }: Amounts): number {
    return rowOf(this.#packed === 'cpu' ? cpuUnits : memoryMib)
  }

  /** A bit for each column in which an instance with so much left can be. */
  columnsFor({ cpuUnits, memoryMib }: Amounts): number {
    return -1 << columnOf(this.#packed === 'cpu' ? memoryMib : cpuUnits)
  }

  /** The first row of a part, from `row` on, with an instance in one of `columns`; -1: there is none. */
  nextRow(part: number, row: number, columns: number): number {
    const first = part * ROWS
    const end = first + ROWS
    let index = first + row
    while (index < end) {
      if (
        (index & (ROWS_PER_GROUP - 1)) === 0 &&
        ((this.#groups[index >> GROUP_BITS] ?? 0) & columns) === 0
      ) {
        index += ROWS_PER_GROUP
      } else if (((this.#columns[index] ?? 0) & columns) === 0) index++
      else return index - first
    }
    return NONE
  }

  /** Instances in a row. */
  countInRow(part: number, row: number): number {
    return this.#counts[part * ROWS + row] ?? 0
  }

  /** The amount that all of a row have left; NaN when it is not known to be one. */
  commonAmount(part: number, row: number): number {
    const index = part * ROWS + row
    const lowest = this.#lowest[index] ?? Number.NaN
    return lowest === this.#highest[index] ? lowest : Number.NaN
  }

  /** Shows the instances in some columns of a row; `index` is `part * ROWS + row`. */
  visitRow(index: number, wantedColumns: number, look: (slot: number) => void): void {
    let columns = (this.#columns[index] ?? 0) & wantedColumns
    while (columns !== 0) {
      const column = 31 - Math.clz32(columns)
      columns ^= 1 << column
      let slot = this.#heads[index * COLUMNS + column] ?? NONE
      while (slot !== NONE) {
        look(slot)
        slot = this.#next[slot] ?? NONE
      }
    }
  }

  /** Moves an instance to where it belongs now; a slot that is not ready belongs nowhere. */
  update(slot: number, part: number): void {
    if (slot >= this.#cells.length) this.#growSlots()
    const isReady = this.#table.readiness[slot] === READY
    const amount = this.#packedLeft(slot)
    const cell = isReady ? (part * ROWS + rowOf(amount)) * COLUMNS + columnOf(this.#otherLeft(slot)) : NONE
    const before = this.#cells[slot] ?? NONE
    if (cell !== before) {
      if (before !== NONE) this.#unlink(slot, before)
      if (cell !== NONE) this.#link(slot, cell, part)
    }
    if (cell !== NONE) this.#bound(cell >> COLUMN_BITS, amount)
  }

  #packedLeft(slot: number): number {
    const { cpuUnitsLeft, memoryMibLeft } = this.#table
    return (this.#packed === 'cpu' ? cpuUnitsLeft[slot] : memoryMibLeft[slot]) ?? 0
  }

  #otherLeft(slot: number): number {
    const { cpuUnitsLeft, memoryMibLeft } = this.#table
    return (this.#packed === 'cpu' ? memoryMibLeft[slot] : cpuUnitsLeft[slot]) ?? 0
  }

  #bound(index: number, amount: number): void {
    if (amount < (this.#lowest[index] ?? 0)) this.#lowest[index] = amount
    if (amount > (this.#highest[index] ?? 0)) this.#highest[index] = amount
  }

  #link(slot: number, cell: number, part: number): void {
    if (part >= this.#sizes.length) this.#growParts(part)
    const head = this.#heads[cell] ?? NONE
    this.#parts[slot] = part
    this.#cells[slot] = cell
    this.#previous[slot] = NONE
    this.#next[slot] = head
    if (head !== NONE) this.#previous[head] = slot
    this.#heads[cell] = slot
    const index = cell >> COLUMN_BITS
    const group = index >> GROUP_BITS
    const bit = 1 << (cell & (COLUMNS - 1))
    this.#columns[index] = (this.#columns[index] ?? 0) | bit
    this.#groups[group] = (this.#groups[group] ?? 0) | bit
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    this.#sizes[part] = (this.#sizes[part] ?? 0) + 1
  }

  #unlink(slot: number, cell: number): void {
    const [next, previous] = [this.#next[slot] ?? NONE, this.#previous[slot] ?? NONE]
    if (next !== NONE) this.#previous[next] = previous
    if (previous === NONE) this.#heads[cell] = next
    else this.#next[previous] = next
    this.#cells[slot] = NONE
    const index = cell >> COLUMN_BITS
    const part = this.#parts[slot] ?? 0
    this.#parts[slot] = NONE
    this.#sizes[part] = (this.#sizes[part] ?? 0) - 1
    this.#counts[index] = (this.#counts[index] ?? 0) - 1
    if (this.#counts[index] === 0) {
      this.#lowest[index] = Number.POSITIVE_INFINITY
      this.#highest[index] = Number.NEGATIVE_INFINITY
    }
    if (next === NONE && previous === NONE) this.#emptyCell(index, cell & (COLUMNS - 1))
  }

  #emptyCell(index: number, column: number): void {
    this.#columns[index] = (this.#columns[index] ?? 0) & ~(1 << column)
    const group = index >> GROUP_BITS
    let columns = 0
    for (let row = group * ROWS_PER_GROUP; row < (group + 1) * ROWS_PER_GROUP; row++) {
      columns |= this.#columns[row] ?? 0
    }
    this.#groups[group] = columns
  }

  #growSlots(): void {
    const length = this.#table.readiness.length
    this.#parts = copyInto(new Int32Array(length).fill(NONE), this.#parts)
    this.#cells = copyInto(new Int32Array(length).fill(NONE), this.#cells)
    this.#next = copyInto(new Int32Array(length), this.#next)
    this.#previous = copyInto(new Int32Array(length), this.#previous)
  }

  #growParts(part: number): void {
    const parts = part + 1
    const rows = parts * ROWS
    this.#sizes = copyInto(new Int32Array(parts), this.#sizes)
    this.#heads = copyInto(new Int32Array(rows * COLUMNS).fill(NONE), this.#heads)
    this.#columns = copyInto(new Int32Array(rows), this.#columns)
    this.#counts = copyInto(new Int32Array(rows), this.#counts)
    this.#lowest = copyInto(new Float64Array(rows).fill(Number.POSITIVE_INFINITY), this.#lowest)
    this.#highest = copyInto(new Float64Array(rows).fill(Number.NEGATIVE_INFINITY), this.#highest)
    this.#groups = copyInto(new Int32Array(rows / ROWS_PER_GROUP), this.#groups)
  }
}
