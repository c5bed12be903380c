/**
 * How many tasks run and wait, per cluster, instance and deployment.
 *
 * Intuition: describing a cluster must not look at its tasks. Each task that is bound to an instance counts in
 * up to four places; when a row changes, what it counted before is taken back and what it counts now is added.
 * Stopped tasks count nowhere and are recognised by their index terms, so history is never decoded.
 * Rejected: counting at each request, which is the number of tasks in a cluster for every DescribeClusters.
 */
import { clusterKey, clusterMemberKey, type Row, type RowChange, type StateReader } from '@homeport/store'
import { type Task, TaskStatus } from '@homeport/wire/types'

/** Counts of tasks that are bound: all but those seen STOPPED. */
export interface Counts {
  /** Last status RUNNING, and wanted: a host that is away may keep for days what it was told to stop. */
  readonly runningCount: number
  /** Last status before RUNNING, and wanted. */
  readonly pendingCount: number
  /** Desired status RUNNING. */
  readonly wantedCount: number
  readonly boundCount: number
}

type MutableCounts = { -readonly [Name in keyof Counts]: Counts[Name] }

const NONE: Counts = { runningCount: 0, pendingCount: 0, wantedCount: 0, boundCount: 0 }

const isBound = (row: Row<'tasks'>): boolean =>
  row.indexTerms.some((term) => term.startsWith('boundInstance='))

/** Keeps counts up to date with a replica. */
export class TaskCounts {
  readonly #counts = new Map<string, MutableCounts>()
  /** `deploymentPlace` to instance keys to how many of its tasks there are told to stop. */
  readonly #ending = new Map<string, Map<string, number>>()

  /** Counts what `reader` shows now and from now on. @returns stops counting. */
  follow(reader: StateReader): () => void {
    this.#recount(reader)
    const stopListening = reader.onRevision(({ changes }) => {
      for (const change of changes) if (change.table === 'tasks') this.#apply(change as RowChange<'tasks'>)
    })
    const stopResets = reader.onReset(() => this.#recount(reader))
    return () => {
      stopListening()
      stopResets()
    }
  }

  /** Of a cluster, by its row's key. */
  ofCluster(key: string): Counts {
    return this.#get(`cluster=${key}`)
  }

  /** Of a container instance, by its row's key. */
  ofInstance(key: string): Counts {
    return this.#get(`instance=${key}`)
  }

  /** Of one incarnation of a service, by the service row's key. */
  ofService(key: string, incarnationId: string): Counts {
    return this.#get(`service=${key}/${incarnationId}`)
  }

  /** Of a deployment, by its service row's key and its id. */
  ofDeployment(key: string, deploymentId: string): Counts {
    return this.#get(deploymentPlace(key, deploymentId))
  }

  /** Where tasks of a deployment are that were told to stop: keys of instances, in any order. */
  endingOn(key: string, deploymentId: string): Iterable<string> {
    return this.#ending.get(deploymentPlace(key, deploymentId))?.keys() ?? []
  }

  #get(place: string): Counts {
    return this.#counts.get(place) ?? NONE
  }

  #recount(reader: StateReader): void {
    this.#counts.clear()
    this.#ending.clear()
    for (const row of reader.view.table('tasks').rows()) this.#add(row, 1)
  }

  #apply({ before, after }: RowChange<'tasks'>): void {
    if (before !== undefined) this.#add(before, -1)
    if (after !== undefined) this.#add(after, 1)
  }

  #add(row: Row<'tasks'>, sign: 1 | -1): void {
    if (!isBound(row)) return
    const task = row.value
    for (const place of placesOf(task)) {
      const counts = this.#counts.get(place) ?? { ...NONE }
      addTask(counts, task, sign)
      if (counts.boundCount === 0) this.#counts.delete(place)
      else this.#counts.set(place, counts)
    }
    if (!isWanted(task)) this.#addEnding(task, sign)
  }

  #addEnding({ spec, ...scope }: Task, sign: 1 | -1): void {
    if (spec === undefined || spec.service === '') return
    const place = deploymentPlace(clusterMemberKey(scope, spec.service), spec.deploymentId)
    const instance = clusterMemberKey(scope, spec.containerInstanceId)
    const instances = this.#ending.get(place) ?? new Map<string, number>()
    const count = (instances.get(instance) ?? 0) + sign
    if (count === 0) instances.delete(instance)
    else instances.set(instance, count)
    if (instances.size === 0) this.#ending.delete(place)
    else this.#ending.set(place, instances)
  }
}

const isWanted = ({ desiredStatus }: Task): boolean => desiredStatus !== TaskStatus.STOPPED

function addTask(counts: MutableCounts, task: Task, sign: 1 | -1): void {
  counts.boundCount += sign
  if (!isWanted(task)) return
  const lastStatus = task.observed?.lastStatus ?? TaskStatus.UNSPECIFIED
  counts.wantedCount += sign
  if (lastStatus === TaskStatus.RUNNING) counts.runningCount += sign
  if (lastStatus < TaskStatus.RUNNING) counts.pendingCount += sign
}

const deploymentPlace = (serviceKey: string, deploymentId: string): string =>
  `deployment=${serviceKey}/${deploymentId}`

function placesOf(task: Task): string[] {
  const { spec } = task
  const places = [`cluster=${clusterKey(task)}`]
  if (spec === undefined) return places
  places.push(`instance=${clusterMemberKey(task, spec.containerInstanceId)}`)
  if (spec.service !== '') {
    const key = clusterMemberKey(task, spec.service)
    places.push(`service=${key}/${spec.incarnationId}`, deploymentPlace(key, spec.deploymentId))
  }
  return places
}
