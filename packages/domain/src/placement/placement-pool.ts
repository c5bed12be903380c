/**
 * The instances of one cluster with what is bound to them, and the choice among them.
 *
 * Intuition: fed change by change, the pool answers from sums and orders that are already there. Feeding is
 * idempotent by task id, so a placement can be counted in as soon as it is decided and again when state shows it.
 * Model: a table of what instances have, by column; filters say who takes a task; partitions and their indexes,
 * made when a request first needs them, say where to look. The choice is exact: `FullScanPool`, which asks
 * everybody, makes the same. When nobody fits, everybody is asked why.
 * `place` decides and binds nothing; the caller binds what it commits, and releases what it could not.
 * Rejected: sampling some instances, which misses room that is there.
 */

import { type Chances, Draw } from './draw.ts'
import { Choice } from './engine/choose-slot.ts'
import { Filters } from './engine/filters.ts'
import { DEREGISTERED, InstanceTable, MISSING } from './engine/instance-table.ts'
import { Partitions } from './engine/partitions.ts'
import type { NamedPlacement, Placement } from './placement.ts'
import { Refusals } from './refusals.ts'
import type { BoundTask, PlaceableInstance, PlacementRequest } from './request.ts'

/** One cluster's instances and reservations. */
export class PlacementPool {
  readonly #table = new InstanceTable()
  readonly #partitions = new Partitions(this.#table)
  readonly #filters = new Filters(this.#table)
  readonly #draw = new Draw()
  readonly #choice = new Choice({
    draw: this.#draw,
    table: this.#table,
    partitions: this.#partitions,
    filters: this.#filters,
  })
  readonly #tasks = new Map<string, BoundTask>()

  /** Tasks that are bound. */
  get taskCount(): number {
    return this.#tasks.size
  }

  /** Adds an instance or replaces what is known of it. */
  putInstance(instance: PlaceableInstance): void {
    const record = this.#table.ensure(instance.instanceId)
    this.#partitions.follow(record, () => this.#table.register(record, instance))
    if (this.#table.renewClassesWhenStale()) this.#partitions.clear()
  }

  /** Forgets an instance; tasks bound to it stay known. */
  removeInstance(instanceId: string): void {
    const record = this.#table.get(instanceId)
    if (record === undefined) return
    this.#partitions.follow(record, () => this.#table.register(record, undefined))
    this.#table.forgetWhenEmpty(record)
  }

  /** Counts a task in; one that is bound already is replaced. */
  bind(task: BoundTask): void {
    this.release(task.taskId)
    const record = this.#table.ensure(task.containerInstanceId)
    this.#table.hold(record, task)
    this.#partitions.count(record, task.group, 1)
    this.#tasks.set(task.taskId, task)
  }

  /** Counts a task out; harmless when it is not bound. @returns whether it was. */
  release(taskId: string): boolean {
    const task = this.#tasks.get(taskId)
    if (task === undefined) return false
    this.#tasks.delete(taskId)
    const record = this.#table.ensure(task.containerInstanceId)
    this.#table.release(record, task)
    this.#partitions.count(record, task.group, -1)
    this.#table.forgetWhenEmpty(record)
    return true
  }

  /** Chooses an instance for one task. Binds nothing. Deregistered instances are not counted as refusing. */
  place(request: PlacementRequest, random: Chances): Placement {
    const { group, rules } = request
    this.#filters.aim(request)
    this.#draw.renew(random, this.#table.slots.count)
    const slot = this.#choice.slotFor(group, rules.strategies)
    return slot < 0 ? { kind: 'refused', refusals: this.#refusals() } : this.#table.at(slot).placed
  }

  /** Whether one named instance takes a task; strategies do not matter. */
  placeOn(instanceId: string, request: PlacementRequest): NamedPlacement {
    const record = this.#table.get(instanceId)
    if (record === undefined) return { kind: 'unfit', reason: 'MISSING' }
    this.#filters.aim(request)
    const reason = this.#filters.refusalOf(record.slot)
    return reason === undefined ? record.placed : { kind: 'unfit', reason }
  }

  #refusals(): Refusals {
    const { records, readiness } = this.#table
    const refusals = new Refusals()
    for (const [slot, record] of records.entries()) {
      if (record === undefined || readiness[slot] === MISSING || readiness[slot] === DEREGISTERED) continue
      const reason = this.#filters.refusalOf(slot)
      if (reason !== undefined) refusals.add({ instanceId: record.instanceId, reason })
    }
    return refusals
  }
}
