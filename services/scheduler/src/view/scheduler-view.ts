/** Everything that the scheduler derives from the view, kept with it, and who is told what changed. */
import type { RowChange, StateReader } from '@homeport/store'
import { type AppliedRevision, clusterKey, clusterMemberKey } from '@homeport/store'
import type { Task } from '@homeport/wire/types'
import { ClusterHosts } from './cluster-hosts.ts'
import { ClusterPools } from './cluster-pools.ts'
import { ServiceHistory } from './service-history.ts'

/** Told after the derived views are up to date. */
export interface ViewListener {
  /** Something of this service changed. */
  serviceChanged(serviceKey: string): void
  /** The row of this instance changed. */
  instanceChanged(instanceKey: string): void
  /** An instance of this cluster changed, or a task gave back what it held. */
  capacityChanged(clusterKey: string): void
  /** An instance of this cluster came, left, or is another one than before. */
  hostsChanged(clusterKey: string): void
  /** Everything may have changed. */
  reset(): void
}

/** The derived views of one scheduler. */
export class SchedulerView {
  readonly pools: ClusterPools = new ClusterPools()
  readonly hosts: ClusterHosts = new ClusterHosts()
  readonly history: ServiceHistory = new ServiceHistory()
  readonly #reader: StateReader
  readonly #unsubscribe: (() => void)[]
  #listener: ViewListener | undefined

  /** Takes everything in that the view shows now, and follows it. */
  constructor(reader: StateReader) {
    this.#reader = reader
    this.#rebuild()
    this.#unsubscribe = [
      reader.onRevision((applied) => this.#follow(applied)),
      reader.onReset(() => {
        this.#rebuild()
        this.#listener?.reset()
      }),
    ]
  }

  /** Sets who is told; one at a time. */
  listen(listener: ViewListener): void {
    this.#listener = listener
  }

  /** Takes back placements that did not land, and tells those who wait for what they held. */
  drop(tasks: readonly Task[]): void {
    this.pools.drop(tasks)
    for (const cluster of new Set(tasks.map(clusterKey))) this.#listener?.capacityChanged(cluster)
  }

  /** Stops following. */
  release(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  #rebuild(): void {
    this.pools.rebuild(this.#reader.view)
    this.hosts.rebuild(this.#reader.view)
    this.history.rebuild(this.#reader.view)
  }

  #follow({ changes }: AppliedRevision): void {
    const services = new Set<string>()
    const clusters = new Set<string>()
    const clustersOfHosts = new Set<string>()
    for (const change of changes) {
      this.history.observe(change)
      const cluster = this.pools.observe(change)
      if (cluster !== undefined) clusters.add(cluster)
      const clusterOfHost = this.hosts.observe(change)
      if (clusterOfHost !== undefined) clustersOfHosts.add(clusterOfHost)
      const service = serviceOf(change)
      if (service !== undefined) services.add(service)
    }
    for (const service of services) this.#listener?.serviceChanged(service)
    for (const cluster of clusters) this.#listener?.capacityChanged(cluster)
    for (const cluster of clustersOfHosts) this.#listener?.hostsChanged(cluster)
    this.#tellInstances(changes)
  }

  #tellInstances(changes: readonly RowChange[]): void {
    for (const { table, key } of changes) {
      if (table === 'containerInstances') this.#listener?.instanceChanged(key)
    }
  }
}

/** account / region / cluster / service */
const SERVICE_KEY_SEGMENTS = 4

function serviceOf({ table, key, before, after }: RowChange): string | undefined {
  if (table === 'services') return key
  if (table === 'serviceDeployments') return key.split('/').slice(0, SERVICE_KEY_SEGMENTS).join('/')
  if (table !== 'tasks') return undefined
  const task = (after ?? before)?.value as Task | undefined
  return task?.spec === undefined || task.spec.service === ''
    ? undefined
    : clusterMemberKey(task, task.spec.service)
}
