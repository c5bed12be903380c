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
import { PARTS_MAX, type Partition } from './partition.ts'
import type { Partitions } from './partitions.ts'
import type { RoomIndex, RoomWanted } from './room-index.ts'

type Score = (slot: number) => number

/** What is chosen from and how. */
export interface ChoiceOptions {
  readonly table: InstanceTable
  readonly partitions: Partitions
  readonly filters: Filters
  readonly group: string
  readonly strategies: readonly Strategy[]
  readonly draw: Draw
}

/** No slot, no row. */
const NONE = -1

/** Rows with fewer are looked at rather than drawn from. */
const DRAWN_ROW_MIN = 32

/** The choice for one task. */
export class Choice {
  readonly #options: ChoiceOptions
  readonly #counts: readonly number[]
  readonly #partCount: number
  readonly #index: RoomIndex
  readonly #wanted: RoomWanted
  readonly #isPacking: boolean
  /** Whether no score can be below zero and zero is common. */
  readonly #isSpreading: boolean
  readonly #scores: readonly Score[]
  /** Tasks of the group in each of `#parts`, which are looked at. */
  #level = NONE
  #parts: number[] = []
  #best: number[] = []
  #winner = NONE
  #tiedCount = 0

  constructor(options: ChoiceOptions) {
    this.#options = options
    const { partition, rest } = split(options)
    const [next] = rest
    this.#counts = partition.countsOf(options.group)
    this.#partCount = partition.valueCount
    this.#isPacking = next?.kind === 'binpack'
    this.#isSpreading = rest.every((strategy) => strategy.kind === 'spread' && strategy.over === 'instance')
    this.#index = partition.index(next?.kind === 'binpack' ? next.resource : 'memory')
    this.#wanted = this.#index.wanted(options.filters)
    this.#scores = rest.map((strategy) => scoreOf(strategy, options))
  }

  /** The slot of the best instance; -1: none fits. */
  slot(): number {
    while (this.#enterNextLevel()) {
      const slot = this.#isPacking ? this.#packed() : this.#spread()
      if (slot !== NONE) return slot
    }
    return NONE
  }

  /** Goes on to the parts with the lowest count above that of the level. @returns whether there are any. */
  #enterNextLevel(): boolean {
    const former = this.#level
    this.#level = Number.POSITIVE_INFINITY
    for (let part = 0; part < this.#partCount; part++) {
      const count = this.#counts[part] ?? 0
      if (count <= former || count > this.#level || this.#index.size(part) === 0) continue
      if (count < this.#level) this.#parts = []
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
    return this.#isInLevel(this.#index.partOf(slot)) && this.#options.filters.fits(slot)
  }

  #spread(): number {
    if (this.#isSpreading) {
      const drawn = this.#options.draw.firstTry(
        (slot) => this.#isFit(slot) && this.#scores.every((score) => score(slot) === 0),
      )
      if (drawn !== NONE) return drawn
    }
    const { fromRow, columns } = this.#wanted
    for (const part of this.#parts) {
      let row = this.#index.nextRow(part, fromRow, columns)
      for (; row !== NONE; row = this.#index.nextRow(part, row + 1, columns)) this.#visitRow(part, row)
    }
    return this.#drawTied()
  }

  #packed(): number {
    const { fromRow } = this.#wanted
    for (let row = this.#nextRow(fromRow); row !== NONE; row = this.#nextRow(row + 1)) {
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
      const row = this.#index.nextRow(part, from, this.#wanted.columns)
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
    return this.#options.draw.firstTry((slot) => this.#index.isInRow(slot, row) && this.#isFit(slot))
  }

  #visitRow(part: number, row: number): void {
    this.#index.visitRow({ part, row, columns: this.#wanted.columns }, this.#look)
  }

  readonly #look = (slot: number): void => {
    if (!this.#options.filters.fits(slot)) return
    const order = this.#compareWithBest(slot)
    if (order > 0) return
    if (order < 0) {
      this.#best = this.#scores.map((score) => score(slot))
      this.#winner = slot
      this.#tiedCount = 1
      return
    }
    this.#tiedCount++
    if (this.#options.draw.isBefore(slot, this.#winner)) this.#winner = slot
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
    const drawn = this.#options.draw.firstTry(
      (slot) => this.#isFit(slot) && this.#compareWithBest(slot) === 0,
    )
    return drawn === NONE ? this.#winner : drawn
  }
}

type ScoredStrategy = Exclude<Strategy, { kind: 'random' }>

/** The partition whose levels do the work of a leading spread, and the strategies that are left to compare. */
function split({ strategies, partitions }: ChoiceOptions): { partition: Partition; rest: ScoredStrategy[] } {
  const rest: ScoredStrategy[] = []
  for (const strategy of strategies) {
    if (strategy.kind === 'random') break
    rest.push(strategy)
  }
  const [first] = rest
  if (first?.kind === 'spread' && first.over !== 'instance') {
    const partition = partitions.by(first.over.attribute)
    if (partition.valueCount <= PARTS_MAX) return { partition, rest: rest.slice(1) }
  }
  return { partition: partitions.by(undefined), rest }
}

function scoreOf(strategy: ScoredStrategy, { table, partitions, group }: ChoiceOptions): Score {
  if (strategy.kind === 'binpack') {
    const left = strategy.resource === 'cpu' ? table.cpuUnitsLeft : table.memoryMibLeft
    return (slot) => left[slot] ?? 0
  }
  if (strategy.over === 'instance') return (slot) => table.at(slot).groups.get(group) ?? 0
  const partition = partitions.by(strategy.over.attribute)
  const counts = partition.countsOf(group)
  return (slot) => counts[partition.valueOf(table.at(slot))] ?? 0
}
