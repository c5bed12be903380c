import { clone } from '@bufbuild/protobuf'
import { required } from '@homeport/base'
import { ecsError } from '@homeport/ecs-api'
import { type Row, TransactionBuilder } from '@homeport/store'
import { ClusterSchema, ClusterStatus, ServiceStatus } from '@homeport/wire/types'
import { transact } from '../commit/transact.ts'
import { clusterScope, findCluster } from '../lookup/clusters.ts'
import { registeredInstances } from '../lookup/members.ts'
import type { ApiRequest } from '../ports.ts'
import { clusterView } from '../view/cluster-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Deletes an empty cluster; it stays describable as INACTIVE. Deleting it again changes nothing. */
export async function deleteCluster(
  input: EcsInput<'DeleteCluster'>,
  request: ApiRequest,
): Promise<EcsOutput<'DeleteCluster'>> {
  if (input.cluster === undefined || input.cluster === '')
    throw ecsError('memberBlank', { member: 'Cluster' })
  const scope = clusterScope(request, input.cluster)
  await transact(request, () => {
    const row = findCluster(request, scope)
    if (row === undefined) throw ecsError('clusterNotFound')
    if (row.value.status !== ClusterStatus.ACTIVE) return { result: undefined }
    requireEmpty(request, row)
    const deleted = clone(ClusterSchema, row.value)
    deleted.status = ClusterStatus.INACTIVE
    return { transaction: new TransactionBuilder().update('clusters', row, deleted), result: undefined }
  })
  return { cluster: clusterView(request, required(findCluster(request, scope), 'the cluster'), ['SETTINGS']) }
}

function requireEmpty(request: ApiRequest, row: Row<'clusters'>): void {
  const { accountId, region, name } = row.value
  for (const _instance of registeredInstances(request, { accountId, region, cluster: name })) {
    throw ecsError('clusterContainsInstances')
  }
  for (const service of request.ports.state.reader.view.table('services').find('cluster', row.key)) {
    if (service.value.status !== ServiceStatus.INACTIVE) throw ecsError('clusterContainsServices')
  }
  if (request.ports.counts.ofCluster(row.key).boundCount > 0) throw ecsError('clusterContainsTasks')
}
