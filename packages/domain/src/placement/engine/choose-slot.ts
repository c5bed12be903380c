/**
 * The best instance for one task, found through an index: the same that comparing all would find.
 *
 * Model: a leading spread over an attribute orders the parts of a partition into levels, the emptiest first; a
 * higher level is looked at only when no instance of the lower ones fits. Within a level, a strategy that packs
 * looks at rows from the fullest that can have room, and stops at the first with an instance that fits: all
 * behind it have more left. Other strategies look at every row. What is looked at is compared by exact scores.
 * When an instance that is drawn turns out to be as good as any can be, nothing is looked at: on an empty
 * cluster that is nearly always so.
 */
import type { Draw } from '../draw.ts'
import type { Strategy } from '../rules.ts'
import type { Filters } from './filters.ts'
import type { InstanceTable } from './instance-table.ts'
import { PARTS_MAX, Partition } from './partition.ts'
import type { Partitions } from './partitions.ts'
import { ROWS } from './room-buckets.ts'
import type { RoomIndex } from './room-index.ts'
import { type ComparingStrategy, orderOf, type StrategyOrder, withoutParts } from './strategy-order.ts'

/** What is chosen from. */
export interface ChoiceSources {
  readonly table: InstanceTable
  readonly partitions: Partitions
  /** Aimed at the request whose task is placed. */
  readonly filters: Filters
  /** Renewed for each task. */
  readonly draw: Draw
}

/** Lower is better. */
type Score = (slot: number) => number

/** No slot, no row. */
const NONE = -1

/** Rows with fewer are looked at rather than drawn from. */
const DRAWN_ROW_MIN = 32

/** Chooses for one task after the other. */
export class Choice {
  readonly #sources: ChoiceSources
  #order: StrategyOrder = orderOf([])
  #partition: Partition
  #index: RoomIndex
  #group = ''
  #counts: readonly number[] = []
  readonly #scores: Score[] = []
  #fromRow = 0
  /** A bit for each column of a row that may have room. */
  #columns = 0
  /** Tasks of the group in each of `#parts`, which are looked at. */
  #level = NONE
  readonly #parts: number[] = []
  readonly #best: number[] = []
  #winner = NONE
  #tiedCount = 0
  #row = NONE

  constructor(sources: ChoiceSources) {
    this.#sources = sources
    this.#partition = new Partition(sources.table, undefined)
    this.#index = this.#partition.index('memory')
  }

  /** The slot of the best instance; -1: none fits. */
  slotFor(group: string, strategies: readonly Strategy[]): number {
    this.#begin(group, strategies)
    while (this.#enterNextLevel()) {
      const slot = this.#order.packed === undefined ? this.#spread() : this.#packed()
      if (slot !== NONE) return slot
    }
    return NONE
  }

  #begin(group: string, strategies: readonly Strategy[]): void {
    const { partitions, filters } = this.#sources
    if (this.#order.strategies !== strategies) this.#order = orderOf(strategies)
    this.#partition = partitions.by(this.#order.attribute)
    if (this.#partition.valueCount > PARTS_MAX) {
      this.#order = withoutParts(strategies)
      this.#partition = partitions.by(undefined)
    }
    this.#group = group
    this.#counts = this.#partition.countsOf(group)
    this.#index = this.#partition.index(this.#order.packed ?? 'memory')
    this.#fromRow = this.#index.rowFor(filters)
    this.#columns = this.#index.columnsFor(filters)
    this.#scores.length = 0
    for (const strategy of this.#order.compared) this.#scores.push(this.#scoreOf(strategy))
    this.#level = NONE
    this.#tiedCount = 0
    this.#winner = NONE
  }

  #scoreOf(strategy: ComparingStrategy): Score {
    if (strategy.kind === 'binpack')
      return strategy.resource === 'cpu' ? this.#cpuUnitsLeft : this.#memoryMibLeft
    if (strategy.over === 'instance') return this.#tasksOfGroup
    const { table, partitions } = this.#sources
    const partition = partitions.by(strategy.over.attribute)
    const counts = partition.countsOf(this.#group)
    return (slot) => counts[partition.valueOf(table.at(slot))] ?? 0
  }

  /** Goes on to the parts with the lowest count above that of the level. @returns whether there are any. */
  #enterNextLevel(): boolean {
    const former = this.#level
    this.#level = Number.POSITIVE_INFINITY
    for (let part = 0; part < this.#partition.valueCount; part++) {
      const count = this.#counts[part] ?? 0
      if (count <= former || count > this.#level || this.#index.size(part) === 0) continue
      if (count < this.#level) this.#parts.length = 0
      this.#level = count
      this.#parts.push(part)
    }
    return this.#level !== Number.POSITIVE_INFINITY
  }

  #isInLevel(part: number): boolean {
    return part !== NONE && (this.#counts[part] ?? 0) === this.#level
  }

  /** Whether an instance is in the level and takes the task. */
  #isFit(slot: number): boolean {
    return this.#isInLevel(this.#index.partOf(slot)) && this.#sources.filters.fits(slot)
  }

  #spread(): number {
    const drawn = this.#order.isBestAtZero ? this.#drawFirst(this.#isBestOfAll) : NONE
    if (drawn !== NONE) return drawn
    for (const part of this.#parts) {
      let row = this.#index.nextRow(part, this.#fromRow, this.#columns)
      while (row !== NONE) {
        this.#visitRow(part, row)
        row = this.#index.nextRow(part, row + 1, this.#columns)
      }
    }
    return this.#drawTied()
  }

  #packed(): number {
    for (let row = this.#nextRow(this.#fromRow); row !== NONE; row = this.#nextRow(row + 1)) {
      const drawn = this.#drawFromRow(row)
      if (drawn !== NONE) return drawn
      for (const part of this.#parts) this.#visitRow(part, row)
      if (this.#tiedCount > 0) return this.#drawTied()
    }
    return NONE
  }

  /** The first row from `from` on that has candidates in a part of the level; -1: there is none. */
  #nextRow(from: number): number {
    let first = NONE
    for (const part of this.#parts) {
      const row = this.#index.nextRow(part, from, this.#columns)
      if (row !== NONE && (first === NONE || row < first)) first = row
    }
    return first
  }

  /** When all of a row have the same left and nothing else is compared, whoever of them fits is as good as any. */
  #drawFromRow(row: number): number {
    if (this.#scores.length > 1) return NONE
    let common = Number.NaN
    let count = 0
    for (const part of this.#parts) {
      const inRow = this.#index.countInRow(part, row)
      if (inRow === 0) continue
      const amount = this.#index.commonAmount(part, row)
      if (Number.isNaN(amount) || (count > 0 && amount !== common)) return NONE
      common = amount
      count += inRow
    }
    if (count < DRAWN_ROW_MIN) return NONE
    this.#row = row
    return this.#drawFirst(this.#isFitInRow)
  }

  #visitRow(part: number, row: number): void {
    this.#index.visitRow(part * ROWS + row, this.#columns, this.#look)
  }

  #drawFirst(accepts: (slot: number) => boolean): number {
    return this.#sources.draw.firstTry(accepts)
  }

  // Made once, not for each task: a closure for each is what a profile of an empty cluster consists of.
  readonly #cpuUnitsLeft = (slot: number): number => this.#sources.table.cpuUnitsLeft[slot] ?? 0

  readonly #memoryMibLeft = (slot: number): number => this.#sources.table.memoryMibLeft[slot] ?? 0

  readonly #tasksOfGroup = (slot: number): number => this.#sources.table.at(slot).groups.get(this.#group) ?? 0

  readonly #isBestOfAll = (slot: number): boolean =>
    this.#isFit(slot) && this.#scores.every((score) => score(slot) === 0)

  readonly #isFitInRow = (slot: number): boolean => this.#index.isInRow(slot, this.#row) && this.#isFit(slot)

  readonly #isTied = (slot: number): boolean => this.#isFit(slot) && this.#compareWithBest(slot) === 0

  readonly #look = (slot: number): void => {
    if (!this.#sources.filters.fits(slot)) return
    const order = this.#compareWithBest(slot)
    if (order > 0) return
    if (order < 0) {
      for (let index = 0; index < this.#scores.length; index++)
        this.#best[index] = this.#scores[index]?.(slot) ?? 0
      this.#winner = slot
      this.#tiedCount = 1
      return
    }
    this.#tiedCount++
    if (this.#sources.draw.isBefore(slot, this.#winner)) this.#winner = slot
  }

  /** Negative: better than what was seen so far; 0: as good. */
  #compareWithBest(slot: number): number {
    if (this.#tiedCount === 0) return -1
    for (let index = 0; index < this.#scores.length; index++) {
      const difference = (this.#scores[index]?.(slot) ?? 0) - (this.#best[index] ?? 0)
      if (difference !== 0) return difference
    }
    return 0
  }

  /** One of those that were looked at and are equally good. */
  #drawTied(): number {
    if (this.#tiedCount < 2) return this.#winner
    const drawn = this.#drawFirst(this.#isTied)
    return drawn === NONE ? this.#winner : drawn
  }
}
