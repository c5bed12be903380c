/**
 * What is known of the instances of one cluster, by slot: what filters and strategies look at is in typed
 * columns, the rest in one record each.
 *
 * Intuition: a placement compares numbers of many instances; side by side in memory they are read at the
 * speed of the cache, behind objects at that of its misses.
 */
import { required } from '@homeport/base'
import type { RegisteredResources } from '../../instance/resources.ts'
import type { BoundTask, PlaceableInstance } from '../request.ts'
import { Slots } from '../slots.ts'
import { AttributeClasses } from './attribute-classes.ts'
import { InstanceRecord } from './instance-record.ts'
import { TakenPorts } from './taken-ports.ts'

/** Values of the column `readiness`. */
export const READY = 0
/** Only tasks of it are known. */
export const MISSING = 1
/** Deregistered: not asked. */
export const DEREGISTERED = 2
/** Registering or draining. */
export const NOT_ACTIVE = 3
/** Active, but its agent has no session. */
export const DISCONNECTED = 4

const NOTHING: RegisteredResources = { cpuUnits: 0, memoryMib: 0, reservedPorts: [], gpuIds: [] }

/** Slots before the columns grow for the first time. */
const SLOTS_INITIAL = 64

/** Classes that may be known without any instance, beyond as many as there are instances. */
const SPARE_CLASSES_MAX = 1024

/** The instances of one cluster. Columns are replaced when they grow: read them anew for each placement. */
export class InstanceTable {
  readonly slots: Slots = new Slots()
  readonly ports: TakenPorts = new TakenPorts()
  classes: AttributeClasses = new AttributeClasses()
  /** By slot; `undefined`: the slot is free. */
  readonly records: (InstanceRecord | undefined)[] = []
  /** Negative when tasks hold more than is registered. */
  cpuUnitsLeft: Float64Array = new Float64Array(SLOTS_INITIAL)
  /** Negative when tasks hold more than is registered. */
  memoryMibLeft: Float64Array = new Float64Array(SLOTS_INITIAL)
  gpusLeft: Int32Array = new Int32Array(SLOTS_INITIAL)
  /** `READY` or why not; free slots are `MISSING`. */
  readiness: Uint8Array = new Uint8Array(SLOTS_INITIAL).fill(MISSING)

  /** What is known of an instance. */
  get(instanceId: string): InstanceRecord | undefined {
    const slot = this.slots.get(instanceId)
    return slot === undefined ? undefined : this.records[slot]
  }

  /** The record of an instance, made when there is none. */
  ensure(instanceId: string): InstanceRecord {
    const existing = this.get(instanceId)
    if (existing !== undefined) return existing
    const slot = this.slots.add(instanceId)
    if (slot === this.readiness.length) this.#grow()
    const created = new InstanceRecord(instanceId, slot, this.classes.classOf([]))
    this.records[slot] = created
    return created
  }

  /** Replaces what is known of an instance; `undefined`: it is gone. */
  register(record: InstanceRecord, instance: PlaceableInstance | undefined): void {
    const { slot } = record
    const before = record.instance?.resources ?? NOTHING
    const after = instance?.resources ?? NOTHING
    record.register(instance, this.classes.classOf(instance?.attributes ?? []))
    add(this.cpuUnitsLeft, slot, after.cpuUnits - before.cpuUnits)
    add(this.memoryMibLeft, slot, after.memoryMib - before.memoryMib)
    add(this.gpusLeft, slot, after.gpuIds.length - before.gpuIds.length)
    this.ports.giveBack(slot, before.reservedPorts)
    this.ports.take(slot, after.reservedPorts)
    this.readiness[slot] = readinessOf(instance)
  }

  /** Counts a task in, whether or not it fits. */
  hold(record: InstanceRecord, task: BoundTask): void {
    this.#count(record, task, 1)
    this.ports.take(record.slot, task.requirements.hostPorts)
  }

  /** Counts a task out. */
  release(record: InstanceRecord, task: BoundTask): void {
    this.#count(record, task, -1)
    this.ports.giveBack(record.slot, task.requirements.hostPorts)
  }

  /** Gives up the slot when neither the instance nor a task of it is known. @returns whether it did. */
  forgetWhenEmpty({ instance, taskCount, slot, instanceId }: InstanceRecord): boolean {
    if (instance !== undefined || taskCount > 0) return false
    this.slots.remove(instanceId)
    this.records[slot] = undefined
    return true
  }

  /**
   * Gives up classes when most of them have no instance left.
   * @returns whether it did: whatever was kept under numbers of classes is void.
   */
  renewClassesWhenStale(): boolean {
    if (this.classes.count <= 2 * this.slots.count + SPARE_CLASSES_MAX) return false
    this.classes = new AttributeClasses()
    for (const record of this.records) {
      if (record === undefined) continue
      record.register(record.instance, this.classes.classOf(record.instance?.attributes ?? []))
    }
    return true
  }

  /** The record of a slot that is in use. */
  at(slot: number): InstanceRecord {
    return required(this.records[slot], 'the record of a slot in use')
  }

  #count(record: InstanceRecord, { requirements, group, isRunning }: BoundTask, by: 1 | -1): void {
    const { slot, groups } = record
    record.taskCount += by
    if (isRunning) record.runningTasksCount += by
    const inGroup = (groups.get(group) ?? 0) + by
    if (inGroup === 0) groups.delete(group)
    else groups.set(group, inGroup)
    add(this.cpuUnitsLeft, slot, -by * requirements.cpuUnits)
    add(this.memoryMibLeft, slot, -by * requirements.memoryMib)
    if (requirements.gpuCount > 0) add(this.gpusLeft, slot, -by * requirements.gpuCount)
  }

  #grow(): void {
    const length = 2 * this.readiness.length
    this.cpuUnitsLeft = copyInto(new Float64Array(length), this.cpuUnitsLeft)
    this.memoryMibLeft = copyInto(new Float64Array(length), this.memoryMibLeft)
    this.gpusLeft = copyInto(new Int32Array(length), this.gpusLeft)
    this.readiness = copyInto(new Uint8Array(length).fill(MISSING), this.readiness)
  }
}

function add(column: Float64Array | Int32Array, slot: number, amount: number): void {
  column[slot] = (column[slot] ?? 0) + amount
}

/** Copies `column` to the start of `grown`. */
export function copyInto<Column extends Float64Array | Int32Array | Uint8Array>(
  grown: Column,
  column: Column,
): Column {
  grown.set(column)
  return grown
}

function readinessOf(instance: PlaceableInstance | undefined): number {
  if (instance === undefined) return MISSING
  if (instance.status === 'INACTIVE') return DEREGISTERED
  if (instance.status !== 'ACTIVE') return NOT_ACTIVE
  return instance.agentConnected ? READY : DISCONNECTED
}
