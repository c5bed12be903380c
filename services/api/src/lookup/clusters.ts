import { ecsError, parseClusterReference } from '@homeport/ecs-api'
import { type ClusterScope, clusterKey, type Row } from '@homeport/store'
import { ClusterStatus } from '@homeport/wire/types'
import type { ApiRequest } from '../ports.ts'

/** The cluster that a request names, by scope; it need not exist. @throws {EcsError} for ARNs of something else. */
export const clusterScope = (request: ApiRequest, reference: string | undefined): ClusterScope => ({
  ...request.namespace,
  cluster: parseClusterReference(reference, request.namespace),
})

/**
 * The ACTIVE cluster that a request names by name or ARN; `default` when it names none.
 * @throws {EcsError} ClusterNotFoundException when there is none, or it was deleted.
 */
export function requireCluster(request: ApiRequest, reference: string | undefined): Row<'clusters'> {
  const scope = clusterScope(request, reference)
  const row = findCluster(request, scope)
  if (row === undefined) throw ecsError('clusterNotFound')
  if (row.value.status !== ClusterStatus.ACTIVE) throw ecsError('clusterInactive')
  return row
}

/** `requireCluster`, by its scope. @throws {EcsError} as `requireCluster`. */
export const requireClusterScope = (request: ApiRequest, reference: string | undefined): ClusterScope => {
  const { accountId, region, name } = requireCluster(request, reference).value
  return { accountId, region, cluster: name }
}

/** The row of a cluster, whatever its status. */
export function findCluster(request: ApiRequest, scope: ClusterScope): Row<'clusters'> | undefined {
  // A name with characters that no cluster has is found nowhere; as a key it would be malformed.
  if (scope.cluster.includes('/')) return undefined
  return request.ports.state.reader.view.table('clusters').get(clusterKey(scope))
}
