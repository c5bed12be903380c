import { Ledger } from '../instance/ledger.ts'
import type { RegisteredResources, Requirements } from '../instance/resources.ts'
import type { QueriedInstance } from '../query/cluster-query.ts'
import type { RefusalReason } from './refusals.ts'
import type { PlacementRules } from './rules.ts'

/** An instance as placement sees it. */
export interface PlaceableInstance {
  readonly instanceId: string
  /** What queries call `ec2InstanceId`; `mi-…` for own machines. */
  readonly externalId: string
  readonly status: 'ACTIVE' | 'DRAINING' | 'INACTIVE' | 'REGISTERING'
  readonly agentConnected: boolean
  readonly agentVersion: string
  readonly registeredAtMs: number
  readonly resources: RegisteredResources
  readonly attributes: readonly { readonly name: string; readonly value: string }[]
}

/** A task that holds something on an instance. */
export interface BoundTask {
  readonly taskId: string
  readonly containerInstanceId: string
  readonly requirements: Requirements
  /** `service:NAME`, `family:NAME` or the caller's own. */
  readonly group: string
  /** Whether its last status is RUNNING. */
  readonly isRunning: boolean
}

/** What a task wants of an instance. */
export interface PlacementRequest {
  readonly requirements: Requirements
  readonly group: string
  readonly rules: PlacementRules
}

const NOTHING: RegisteredResources = { cpuUnits: 0, memoryMib: 0, reservedPorts: [], gpuIds: [] }

/** One instance with what is bound to it. Tasks may be known before their instance is. */
export class Candidate implements QueriedInstance {
  readonly instanceId: string
  readonly ledger: Ledger = new Ledger(NOTHING)
  readonly #groups = new Map<string, number>()
  #instance: PlaceableInstance | undefined
  #attributes: ReadonlyMap<string, string> = new Map()
  #runningTasksCount = 0
  #taskCount = 0

  constructor(instanceId: string) {
    this.instanceId = instanceId
  }

  /** `undefined`: only its tasks are known. */
  get instance(): PlaceableInstance | undefined {
    return this.#instance
  }

  /** Replaces what is known of the instance; `undefined`: it is gone. */
  set instance(instance: PlaceableInstance | undefined) {
    this.#instance = instance
    this.#attributes = new Map(instance?.attributes.map(({ name, value }) => [name, value]))
    this.ledger.register(instance?.resources ?? NOTHING)
  }

  get agentConnected(): boolean {
    return this.#instance?.agentConnected ?? false
  }

  get agentVersion(): string {
    return this.#instance?.agentVersion ?? ''
  }

  get ec2InstanceId(): string {
    return this.#instance?.externalId ?? ''
  }

  get registeredAtMs(): number {
    return this.#instance?.registeredAtMs ?? 0
  }

  get runningTasksCount(): number {
    return this.#runningTasksCount
  }

  /** Whether neither the instance nor a task of it is known. */
  get isEmpty(): boolean {
    return this.#instance === undefined && this.#taskCount === 0
  }

  attributeValue(name: string): string | undefined {
    return this.#attributes.get(name)
  }

  taskGroups(): Iterable<string> {
    return this.#groups.keys()
  }

  /** Tasks of the group that are bound here. */
  groupCount(group: string): number {
    return this.#groups.get(group) ?? 0
  }

  /** Counts a task in (`by` 1) or out (`by` -1). */
  count(task: BoundTask, by: 1 | -1): void {
    this.#taskCount += by
    if (task.isRunning) this.#runningTasksCount += by
    const inGroup = this.groupCount(task.group) + by
    if (inGroup === 0) this.#groups.delete(task.group)
    else this.#groups.set(task.group, inGroup)
    if (by === 1) this.ledger.hold(task.requirements)
    else this.ledger.release(task.requirements)
  }

  /** The first filter that refuses the task here; `undefined`: it fits. Cheap filters come first. */
  refusalOf({ requirements, group, rules }: PlacementRequest): RefusalReason | undefined {
    if (this.#instance === undefined) return 'MISSING'
    if (this.#instance.status !== 'ACTIVE') return 'INACTIVE'
    if (!this.#instance.agentConnected) return 'AGENT'
    if (!requirements.requiredAttributes.every((name) => this.#attributes.has(name))) return 'ATTRIBUTE'
    if (!rules.queries.every((query) => query(this))) return 'MemberOf placement constraint unsatisfied.'
    if (rules.isDistinct && this.#groups.has(group))
      return 'DistinctInstance placement constraint unsatisfied.'
    return this.ledger.shortageFor(requirements)
  }
}
