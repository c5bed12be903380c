import { ecsError } from '@homeport/ecs-api'
import { requireCluster } from '../lookup/clusters.ts'
import type { ApiRequest } from '../ports.ts'
import { clusterView } from '../view/cluster-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Takes the empty lists that a cluster has anyway, which is how tools take capacity providers away. */
export async function putClusterCapacityProviders(
  input: EcsInput<'PutClusterCapacityProviders'>,
  request: ApiRequest,
): Promise<EcsOutput<'PutClusterCapacityProviders'>> {
  if (input.cluster === undefined || input.cluster === '')
    throw ecsError('memberBlank', { member: 'Cluster' })
  const row = requireCluster(request, input.cluster)
  const { capacityProviders = [], defaultCapacityProviderStrategy = [] } = input
  const [name] = [
    ...capacityProviders,
    ...defaultCapacityProviderStrategy.map(({ capacityProvider }) => capacityProvider ?? ''),
  ]
  if (name !== undefined) throw ecsError('capacityProviderUnknown', { name })
  return { cluster: clusterView(request, row, ['SETTINGS', 'TAGS']) }
}
