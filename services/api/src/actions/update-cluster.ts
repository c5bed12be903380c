import type { Cluster, ClusterSetting } from '@aws-sdk/client-ecs'
import { required } from '@homeport/base'
import { checkClusterSettings, ecsError, refuseUnavailableCluster } from '@homeport/ecs-api'
import { TransactionBuilder } from '@homeport/store'
import { transact } from '../commit/transact.ts'
import { clusterScope, findCluster, requireCluster } from '../lookup/clusters.ts'
import type { ApiRequest } from '../ports.ts'
import { type ClusterDocument, clusterView } from '../view/cluster-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Changes what is given of an ACTIVE cluster. */
export async function updateCluster(
  input: EcsInput<'UpdateCluster'>,
  request: ApiRequest,
): Promise<EcsOutput<'UpdateCluster'>> {
  const { cluster, ...changes } = input
  refuseUnavailableCluster(changes)
  return { cluster: await changeSettings(request, cluster, checkClusterSettings(input.settings)) }
}

/** Changes the settings of an ACTIVE cluster. */
export async function updateClusterSettings(
  input: EcsInput<'UpdateClusterSettings'>,
  request: ApiRequest,
): Promise<EcsOutput<'UpdateClusterSettings'>> {
  const settings = checkClusterSettings(input.settings)
  if (settings === undefined) throw ecsError('listEmpty', { list: 'Settings' })
  return { cluster: await changeSettings(request, input.cluster, settings) }
}

async function changeSettings(
  request: ApiRequest,
  reference: string | undefined,
  settings: ClusterSetting[] | undefined,
): Promise<Cluster> {
  if (reference === undefined || reference === '') throw ecsError('memberBlank', { member: 'Cluster' })
  await transact(request, () => {
    const row = requireCluster(request, reference)
    const before = row.value.document === '' ? '{}' : row.value.document
    const known = JSON.parse(before) as ClusterDocument
    const document = JSON.stringify({ ...known, ...(settings !== undefined && { settings }) })
    if (document === before) return { result: undefined }
    const transaction = new TransactionBuilder().update('clusters', row, { ...row.value, document })
    return { transaction, result: undefined }
  })
  const row = required(findCluster(request, clusterScope(request, reference)), 'the cluster')
  return clusterView(request, row, ['SETTINGS', 'TAGS'])
}
