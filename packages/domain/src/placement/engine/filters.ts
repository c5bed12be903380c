import type { RefusalReason } from '../refusals.ts'
import type { PlacementRequest } from '../request.ts'
import type { PlacementQuery } from '../rules.ts'
import type { ClassQuestion } from './attribute-classes.ts'
import { DISCONNECTED, type InstanceTable, MISSING, READY } from './instance-table.ts'
import { isSet } from './taken-ports.ts'

const NOTHING: readonly never[] = []

const NOT_READY_REASONS: Readonly<Record<number, RefusalReason>> = {
  [MISSING]: 'MISSING',
  [DISCONNECTED]: 'AGENT',
}

/** What one request asks of instances. One object serves all requests, one after the other: see `aim`. */
export class Filters {
  /** Least that must be left; -Infinity when nothing is wanted, which an overfull instance has too. */
  cpuUnits: number = Number.NEGATIVE_INFINITY
  /** As `cpuUnits`. */
  memoryMib: number = Number.NEGATIVE_INFINITY
  #gpuCount = 0
  readonly #table: InstanceTable
  #portRows: readonly Int32Array[] = NOTHING
  /** `undefined`: no attribute is required. */
  #hasAttributes: ClassQuestion | undefined
  #attributeQueries: readonly ClassQuestion[] = NOTHING
  #queries: readonly PlacementQuery[] = NOTHING
  /** `undefined`: instances may be shared. */
  #distinctGroup: string | undefined

  constructor(table: InstanceTable) {
    this.#table = table
  }

  /** Turns to a request; what was looked up for it is valid until the table changes. */
  aim({ requirements, group, rules }: PlacementRequest): void {
    const { classes, ports } = this.#table
    this.cpuUnits = threshold(requirements.cpuUnits)
    this.memoryMib = threshold(requirements.memoryMib)
    this.#gpuCount = requirements.gpuCount
    this.#portRows = requirements.hostPorts.length === 0 ? NOTHING : ports.whereTaken(requirements.hostPorts)
    this.#distinctGroup = rules.isDistinct ? group : undefined
    this.#hasAttributes = classes.hasAll(requirements.requiredAttributes)
    this.#attributeQueries = NOTHING
    this.#queries = NOTHING
    if (rules.queries.length === 0) return
    this.#attributeQueries = rules.queries
      .filter(({ isOnAttributes }) => isOnAttributes)
      .map((each) => classes.satisfies(each))
    this.#queries = rules.queries.filter(({ isOnAttributes }) => !isOnAttributes)
  }

  /** Whether the instance, which is ready, takes the task. */
  fits(slot: number): boolean {
    const table = this.#table
    if (this.memoryMib > (table.memoryMibLeft[slot] ?? 0)) return false
    if (this.cpuUnits > (table.cpuUnitsLeft[slot] ?? 0)) return false
    for (const row of this.#portRows) if (isSet(row, slot)) return false
    return !this.#lacksGpus(slot) && this.#reasonOfRecord(slot) === undefined
  }

  /** The first filter, in ECS's order, that refuses the task; `undefined`: it fits. */
  refusalOf(slot: number): RefusalReason | undefined {
    const table = this.#table
    const readiness = table.readiness[slot] ?? MISSING
    if (readiness !== READY) return NOT_READY_REASONS[readiness] ?? 'INACTIVE'
    const reason = this.#reasonOfRecord(slot)
    if (reason !== undefined) return reason
    if (this.cpuUnits > (table.cpuUnitsLeft[slot] ?? 0)) return 'RESOURCE:CPU'
    if (this.memoryMib > (table.memoryMibLeft[slot] ?? 0)) return 'RESOURCE:MEMORY'
    if (this.#portRows.some((row) => isSet(row, slot))) return 'RESOURCE:PORTS'
    return this.#lacksGpus(slot) ? 'RESOURCE:GPU' : undefined
  }

  #lacksGpus(slot: number): boolean {
    return this.#gpuCount > 0 && this.#gpuCount > (this.#table.gpusLeft[slot] ?? 0)
  }

  /** The filters that look at more than columns. */
  #reasonOfRecord(slot: number): RefusalReason | undefined {
    const record = this.#table.at(slot)
    if (this.#hasAttributes?.holds(record) === false) return 'ATTRIBUTE'
    for (const question of this.#attributeQueries) {
      if (!question.holds(record)) return 'MemberOf placement constraint unsatisfied.'
    }
    for (const { query } of this.#queries) {
      if (!query(record)) return 'MemberOf placement constraint unsatisfied.'
    }
    if (this.#distinctGroup !== undefined && record.groups.has(this.#distinctGroup))
      return 'DistinctInstance placement constraint unsatisfied.'
    return undefined
  }
}

const threshold = (wanted: number): number => (wanted > 0 ? wanted : Number.NEGATIVE_INFINITY)
