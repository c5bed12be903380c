/** Contact with the hosts of all clusters, kept with the view, so that judging one does not look at all. */
import type { ClusterContact } from '@homeport/domain'
import { clusterKey, type Row, type RowChange, type ViewReader } from '@homeport/store'
import { ContainerInstanceStatus } from '@homeport/wire/types'

/** Instances of one cluster that are not deregistered. */
interface Hosts {
  readonly connected: Set<string>
  /** Key to when it was marked as disconnected. */
  readonly lost: Map<string, number>
}

/** See the head of this file. */
export class ClusterHosts {
  readonly #hosts = new Map<string, Hosts>()

  /** Contact with the cluster (`clusterKey`). */
  contact(cluster: string): ClusterContact {
    const { connected, lost } = this.#cluster(cluster)
    return { connectedCount: connected.size, lostAtMs: lost.values() }
  }

  /** Looks at everything again. */
  rebuild(view: ViewReader): void {
    this.#hosts.clear()
    for (const row of view.table('containerInstances').rows()) this.#put(row)
  }

  /** Follows one change. @returns the cluster whose hosts changed, if any. */
  observe(change: RowChange): string | undefined {
    if (change.table !== 'containerInstances') return undefined
    const { before, after } = change as RowChange<'containerInstances'>
    if (before !== undefined) this.#remove(before)
    if (after !== undefined) this.#put(after)
    const known = after ?? before
    return known === undefined ? undefined : clusterKey(known.value)
  }

  #put({ key, value }: Row<'containerInstances'>): void {
    if (value.status === ContainerInstanceStatus.INACTIVE) return
    const { connected, lost } = this.#cluster(clusterKey(value))
    if (value.agentConnected) connected.add(key)
    else lost.set(key, value.agentConnectionChangedAtMs)
  }

  #remove({ key, value }: Row<'containerInstances'>): void {
    const { connected, lost } = this.#cluster(clusterKey(value))
    connected.delete(key)
    lost.delete(key)
  }

  #cluster(cluster: string): Hosts {
    const existing = this.#hosts.get(cluster)
    if (existing !== undefined) return existing
    const created: Hosts = { connected: new Set(), lost: new Map() }
    this.#hosts.set(cluster, created)
    return created
  }
}
