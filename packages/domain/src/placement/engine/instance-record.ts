import type { Placed } from '../placement.ts'
import type { PlaceableInstance } from '../request.ts'
import { AVAILABILITY_ZONE_ATTRIBUTE } from '../rules.ts'
import type { AttributeClass, ClassifiedInstance } from './attribute-classes.ts'

/** What is known of one instance and is not in a column. */
export class InstanceRecord implements ClassifiedInstance {
  readonly instanceId: string
  readonly slot: number
  /** The answer when a task is placed here: made once, not for each task. */
  placed: Placed
  #instance: PlaceableInstance | undefined
  #attributeClass: AttributeClass
  /** Tasks bound here by group; none is zero. */
  readonly groups: Map<string, number> = new Map()
  runningTasksCount = 0
  taskCount = 0

  constructor(instanceId: string, slot: number, attributeClass: AttributeClass) {
    this.instanceId = instanceId
    this.slot = slot
    this.#attributeClass = attributeClass
    this.placed = this.#answer()
  }

  /** `undefined`: only its tasks are known. */
  get instance(): PlaceableInstance | undefined {
    return this.#instance
  }

  get attributeClass(): AttributeClass {
    return this.#attributeClass
  }

  /** Replaces what is known of the instance. */
  register(instance: PlaceableInstance | undefined, attributeClass: AttributeClass): void {
    this.#instance = instance
    this.#attributeClass = attributeClass
    this.placed = this.#answer()
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

  attributeValue(name: string): string | undefined {
    return this.#attributeClass.attributes.get(name)
  }

  taskGroups(): Iterable<string> {
    return this.groups.keys()
  }

  #answer(): Placed {
    const availabilityZone = this.attributeValue(AVAILABILITY_ZONE_ATTRIBUTE) ?? ''
    return { kind: 'placed', instanceId: this.instanceId, availabilityZone }
  }
}
