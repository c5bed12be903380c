import { clusterArn } from '@homeport/domain'
import { namespaceKey } from '@homeport/store'
import { ClusterStatus } from '@homeport/wire/types'
import { paginate } from '../paging/paginate.ts'
import type { ApiRequest } from '../ports.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Lists the ARNs of ACTIVE clusters by name. */
export async function listClusters(
  input: EcsInput<'ListClusters'>,
  request: ApiRequest,
): Promise<EcsOutput<'ListClusters'>> {
  const rows = request.ports.state.reader.view
    .table('clusters')
    .find('namespace', namespaceKey(request.namespace))
  const page = paginate(request, input, {
    items: rows,
    isListed: ({ value }) => value.status === ClusterStatus.ACTIVE,
    sortKeyOf: ({ key }) => key,
    filters: {},
  })
  return {
    clusterArns: page.items.map(({ value }) => clusterArn(request.namespace, value.name)),
    nextToken: page.nextToken,
  }
}
