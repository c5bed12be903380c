/**
 * The instances of one cluster with what is bound to them, and the choice among them.
 *
 * Intuition: fed change by change, the pool answers from sums that are already there. Feeding is idempotent by
 * task id, so a placement can be counted in as soon as it is decided and again when state shows it.
 * Model: `place` looks at every instance: filters say why not, strategies choose among the rest. It decides
 * and binds nothing; the caller binds what it commits, and releases what it could not.
 * Rejected for now: an index by zone, attributes and free memory. A scan of 10,000 instances was measured at
 * 0.4 ms (random) to 1.6 ms (spread over zones); an index fits behind the same verbs when that is too slow.
 */
import { type BoundTask, Candidate, type PlaceableInstance, type PlacementRequest } from './candidate.ts'
import { type Chances, chooseCandidate } from './choose.ts'
import { type RefusalReason, Refusals } from './refusals.ts'
import { AVAILABILITY_ZONE_ATTRIBUTE } from './rules.ts'

/** Where a task goes. */
export interface Placed {
  readonly kind: 'placed'
  readonly instanceId: string
  /** Empty: the instance has none. */
  readonly availabilityZone: string
}

/** Where a task goes, or why nowhere. */
export type Placement = Placed | { readonly kind: 'refused'; readonly refusals: Refusals }

/** Whether the named instance takes a task. */
export type NamedPlacement = Placed | { readonly kind: 'unfit'; readonly reason: RefusalReason }

/** One cluster's instances and reservations. */
export class PlacementPool {
  readonly #candidates = new Map<string, Candidate>()
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
    const candidate = this.#candidates.get(instanceId)
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
    const refusals = new Refusals()
    const fitting: Candidate[] = []
    for (const candidate of this.#candidates.values()) {
      if (candidate.instance === undefined || candidate.instance.status === 'INACTIVE') continue
      const reason = candidate.refusalOf(request)
      if (reason === undefined) fitting.push(candidate)
      else refusals.add({ instanceId: candidate.instanceId, reason })
    }
    if (fitting.length === 0) return { kind: 'refused', refusals }
    const chosen = chooseCandidate(fitting, {
      group: request.group,
      strategies: request.rules.strategies,
      random,
      countsByAttribute: (attribute) => this.#countsByAttribute(request.group, attribute),
    })
    return { kind: 'placed', instanceId: chosen.instanceId, availabilityZone: zoneOf(chosen) }
  }

  /** Whether one named instance takes a task; strategies do not matter. */
  placeOn(instanceId: string, request: PlacementRequest): NamedPlacement {
    const candidate = this.#candidates.get(instanceId)
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

  #candidate(instanceId: string): Candidate {
    const existing = this.#candidates.get(instanceId)
    if (existing !== undefined) return existing
    const created = new Candidate(instanceId)
    this.#candidates.set(instanceId, created)
    return created
  }

  #forgetWhenEmpty(candidate: Candidate): void {
    if (candidate.isEmpty) this.#candidates.delete(candidate.instanceId)
  }

  #forgetHolder(group: string, candidate: Candidate): void {
    const holders = this.#holders.get(group)
    holders?.delete(candidate)
    if (holders?.size === 0) this.#holders.delete(group)
  }
}

const zoneOf = (candidate: Candidate): string => candidate.attributeValue(AVAILABILITY_ZONE_ATTRIBUTE) ?? ''
