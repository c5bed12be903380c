import { Ledger } from '../../instance/ledger.ts'
import type { RegisteredResources } from '../../instance/resources.ts'
import type { QueriedInstance } from '../../query/cluster-query.ts'
import type { RefusalReason } from '../refusals.ts'
import type { BoundTask, PlaceableInstance, PlacementRequest } from '../request.ts'

const NOTHING: RegisteredResources = { cpuUnits: 0, memoryMib: 0, reservedPorts: [], gpuIds: [] }

/** One instance with what is bound to it. Tasks may be known before their instance is. */
export class Candidate implements QueriedInstance {
  readonly instanceId: string
  /** Its place in the order in which instances are asked. */
  readonly slot: number
  readonly ledger: Ledger = new Ledger(NOTHING)
  readonly #groups = new Map<string, number>()
  #instance: PlaceableInstance | undefined
  #attributes: ReadonlyMap<string, string> = new Map()
  #runningTasksCount = 0
  #taskCount = 0

  constructor(instanceId: string, slot: number) {
    this.instanceId = instanceId
    this.slot = slot
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
    if (!rules.queries.every(({ query }) => query(this))) return 'MemberOf placement constraint unsatisfied.'
    if (rules.isDistinct && this.#groups.has(group))
      return 'DistinctInstance placement constraint unsatisfied.'
    return this.ledger.shortageFor(requirements)
  }
}
