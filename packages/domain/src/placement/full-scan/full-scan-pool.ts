/**
 * The definition of placement: every instance is asked, every strategy compares all that are left.
 *
 * The indexed `PlacementPool` must choose the same; tests compare each choice, the bench compares the speed.
 */
import { type Chances, Draw } from '../draw.ts'
import type { NamedPlacement, Placement } from '../placement.ts'
import { Refusals } from '../refusals.ts'
import type { BoundTask, PlaceableInstance, PlacementRequest } from '../request.ts'
import { AVAILABILITY_ZONE_ATTRIBUTE } from '../rules.ts'
import { Slots } from '../slots.ts'
import { Candidate } from './candidate.ts'
import { chooseCandidate } from './choose.ts'

/** As `PlacementPool`, slowly. */
export class FullScanPool {
  readonly #slots = new Slots()
  readonly #draw = new Draw()
  /** By slot. */
  readonly #candidates: (Candidate | undefined)[] = []
  readonly #tasks = new Map<string, BoundTask>()
  /** Group to the candidates that hold tasks of it. */
  readonly #holders = new Map<string, Set<Candidate>>()

  /** Tasks that are bound. */
  get taskCount(): number {
    return this.#tasks.size
  }

  /** Adds an instance or replaces what is known of it. */
  putInstance(instance: PlaceableInstance): void {
    this.#candidate(instance.instanceId).instance = instance
  }

  /** Forgets an instance; tasks bound to it stay known. */
  removeInstance(instanceId: string): void {
    const candidate = this.#known(instanceId)
    if (candidate === undefined) return
    candidate.instance = undefined
    this.#forgetWhenEmpty(candidate)
  }

  /** Counts a task in; one that is bound already is replaced. */
  bind(task: BoundTask): void {
    this.release(task.taskId)
    const candidate = this.#candidate(task.containerInstanceId)
    candidate.count(task, 1)
    this.#tasks.set(task.taskId, task)
    const holders = this.#holders.get(task.group)
    if (holders === undefined) this.#holders.set(task.group, new Set([candidate]))
    else holders.add(candidate)
  }

  /** Counts a task out; harmless when it is not bound. @returns whether it was. */
  release(taskId: string): boolean {
    const task = this.#tasks.get(taskId)
    if (task === undefined) return false
    this.#tasks.delete(taskId)
    const candidate = this.#candidate(task.containerInstanceId)
    candidate.count(task, -1)
    if (candidate.groupCount(task.group) === 0) this.#forgetHolder(task.group, candidate)
    this.#forgetWhenEmpty(candidate)
    return true
  }

  /** Chooses an instance for one task. Binds nothing. Deregistered instances are not counted as refusing. */
  place(request: PlacementRequest, random: Chances): Placement {
    this.#draw.renew(random, this.#slots.count)
    const refusals = new Refusals()
    const fitting: Candidate[] = []
    for (const candidate of this.#candidates) {
      if (candidate?.instance === undefined || candidate.instance.status === 'INACTIVE') continue
      const reason = candidate.refusalOf(request)
      if (reason === undefined) fitting.push(candidate)
      else refusals.add({ instanceId: candidate.instanceId, reason })
    }
    if (fitting.length === 0) return { kind: 'refused', refusals }
    const chosen = chooseCandidate(fitting, {
      group: request.group,
      strategies: request.rules.strategies,
      draw: this.#draw,
      countsByAttribute: (attribute) => this.#countsByAttribute(request.group, attribute),
    })
    return { kind: 'placed', instanceId: chosen.instanceId, availabilityZone: zoneOf(chosen) }
  }

  /** Whether one named instance takes a task; strategies do not matter. */
  placeOn(instanceId: string, request: PlacementRequest): NamedPlacement {
    const candidate = this.#known(instanceId)
    const reason = candidate === undefined ? 'MISSING' : candidate.refusalOf(request)
    if (candidate === undefined || reason !== undefined) return { kind: 'unfit', reason: reason ?? 'MISSING' }
    return { kind: 'placed', instanceId, availabilityZone: zoneOf(candidate) }
  }

  #countsByAttribute(group: string, attribute: string): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const candidate of this.#holders.get(group) ?? []) {
      const value = candidate.attributeValue(attribute) ?? ''
      counts.set(value, (counts.get(value) ?? 0) + candidate.groupCount(group))
    }
    return counts
  }

  #known(instanceId: string): Candidate | undefined {
    const slot = this.#slots.get(instanceId)
    return slot === undefined ? undefined : this.#candidates[slot]
  }

  #candidate(instanceId: string): Candidate {
    const existing = this.#known(instanceId)
    if (existing !== undefined) return existing
    const slot = this.#slots.add(instanceId)
    const created = new Candidate(instanceId, slot)
    this.#candidates[slot] = created
    return created
  }

  #forgetWhenEmpty(candidate: Candidate): void {
    if (!candidate.isEmpty) return
    this.#slots.remove(candidate.instanceId)
    this.#candidates[candidate.slot] = undefined
  }

  #forgetHolder(group: string, candidate: Candidate): void {
    const holders = this.#holders.get(group)
    holders?.delete(candidate)
    if (holders?.size === 0) this.#holders.delete(group)
  }
}

const zoneOf = (candidate: Candidate): string => candidate.attributeValue(AVAILABILITY_ZONE_ATTRIBUTE) ?? ''
