import type { DeploymentStatus } from '@homeport/domain'
import type { Row, TransactionBuilder, ViewReader } from '@homeport/store'
import { toDeploymentStatus } from '../view/to-domain.ts'
import type { ServiceSnapshot } from './service-snapshot.ts'

/** Finished deployments that a service keeps besides the primary one, newest first. ECS's own number is not documented. */
export const FINISHED_DEPLOYMENTS_MAX = 100

/**
 * Removes the oldest finished deployments without tasks beyond the limit and revisions that none names any more,
 * and everything of earlier services of the same name.
 */
export function pruneDeployments(
  view: ViewReader,
  snapshot: ServiceSnapshot,
  transaction: TransactionBuilder,
): void {
  const { row, service } = snapshot
  const surplus = surplusOf(snapshot)
  const isForeign = ({ incarnationId }: { incarnationId: string }): boolean =>
    incarnationId !== service.incarnationId
  const deployments = [...view.table('serviceDeployments').find('service', row.key)]
  const removed = deployments.filter((each) => surplus.has(each) || isForeign(each.value))
  if (removed.length === 0) return
  for (const each of removed) {
    transaction.expectUnchanged('serviceDeployments', each).delete('serviceDeployments', each.key)
  }
  const kept = deployments.filter((each) => !removed.includes(each))
  const named = new Set(kept.flatMap(({ value }) => [value.targetRevisionId, ...value.sourceRevisionIds]))
  for (const { key, value } of view.table('serviceRevisions').find('service', row.key)) {
    if (!named.has(value.revisionId)) transaction.delete('serviceRevisions', key)
  }
}

/** The oldest finished deployments of this incarnation beyond the limit, without those that still have tasks. */
function surplusOf({ deploymentRows, desired, observed }: ServiceSnapshot): Set<Row<'serviceDeployments'>> {
  if (deploymentRows.size <= FINISHED_DEPLOYMENTS_MAX) return new Set()
  const inUse = new Set([
    desired.primaryDeploymentId,
    ...observed.tasks.map(({ deploymentId }) => deploymentId),
  ])
  const finished = [...deploymentRows.values()]
    .filter(({ value }) => !inUse.has(value.deploymentId) && isFinished(toDeploymentStatus(value.status)))
    .toSorted((first, second) => second.value.createdAtMs - first.value.createdAtMs)
  return new Set(finished.slice(FINISHED_DEPLOYMENTS_MAX))
}

/** Whether nothing happens to a deployment any more. */
export const isFinished = (status: DeploymentStatus): boolean =>
  status !== 'PENDING' && status !== 'IN_PROGRESS' && status !== 'ROLLBACK_IN_PROGRESS'
