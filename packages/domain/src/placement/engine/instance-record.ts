import type { QueriedInstance } from '../../query/cluster-query.ts'
import type { PlaceableInstance } from '../request.ts'
import type { AttributeClass } from './attribute-classes.ts'

/** What is known of one instance and is not in a column. */
export class InstanceRecord implements QueriedInstance {
  readonly instanceId: string
  readonly slot: number
  /** `undefined`: only its tasks are known. */
  instance: PlaceableInstance | undefined
  attributeClass: AttributeClass
  /** Tasks bound here by group; none is zero. */
  readonly groups: Map<string, number> = new Map()
  runningTasksCount = 0
  taskCount = 0

  constructor(instanceId: string, slot: number, attributeClass: AttributeClass) {
    this.instanceId = instanceId
    this.slot = slot
    this.attributeClass = attributeClass
  }

  get agentConnected(): boolean {
    return this.instance?.agentConnected ?? false
  }

  get agentVersion(): string {
    return this.instance?.agentVersion ?? ''
  }

  get ec2InstanceId(): string {
    return this.instance?.externalId ?? ''
  }

  get registeredAtMs(): number {
    return this.instance?.registeredAtMs ?? 0
  }

  attributeValue(name: string): string | undefined {
    return this.attributeClass.attributes.get(name)
  }

  taskGroups(): Iterable<string> {
    return this.groups.keys()
  }
}
