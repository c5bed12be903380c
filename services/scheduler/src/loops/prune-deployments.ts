import type { TransactionBuilder, ViewReader } from '@homeport/store'
import { toDeploymentStatus } from '../view/to-domain.ts'
import type { ServiceSnapshot } from './service-snapshot.ts'

/** Finished deployments that a service keeps besides the primary one, newest first. ECS's own number is not documented. */
export const FINISHED_DEPLOYMENTS_MAX = 100

/** Removes the oldest finished deployments without tasks beyond the limit, and revisions that none names any more. */
export function pruneDeployments(
  view: ViewReader,
  snapshot: ServiceSnapshot,
  transaction: TransactionBuilder,
): void {
  const { deploymentRows, desired, observed, row } = snapshot
  if (deploymentRows.size <= FINISHED_DEPLOYMENTS_MAX) return
  const inUse = new Set([
    desired.primaryDeploymentId,
    ...observed.tasks.map(({ deploymentId }) => deploymentId),
  ])
  const finished = [...deploymentRows.values()]
    .filter(({ value }) => !inUse.has(value.deploymentId) && isFinished(toDeploymentStatus(value.status)))
    .toSorted((first, second) => second.value.createdAtMs - first.value.createdAtMs)
  const surplus = new Set(finished.slice(FINISHED_DEPLOYMENTS_MAX))
  if (surplus.size === 0) return
  for (const deployment of surplus) {
    transaction.expectUnchanged('serviceDeployments', deployment).delete('serviceDeployments', deployment.key)
  }
  const kept = [...deploymentRows.values()].filter((deployment) => !surplus.has(deployment))
  const named = new Set(kept.flatMap(({ value }) => [value.targetRevisionId, ...value.sourceRevisionIds]))
  for (const revision of view.table('serviceRevisions').find('service', row.key)) {
    if (!named.has(revision.value.revisionId)) transaction.delete('serviceRevisions', revision.key)
  }
}

const isFinished = (status: string): boolean => status === 'SUCCESSFUL' || status === 'STOPPED'
