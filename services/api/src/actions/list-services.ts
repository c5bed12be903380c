import { serviceArn } from '@homeport/domain'
import { clusterKey } from '@homeport/store'
import { type Service, ServiceStatus } from '@homeport/wire/types'
import { requireClusterScope } from '../lookup/clusters.ts'
import { paginate } from '../paging/paginate.ts'
import type { ApiRequest } from '../ports.ts'
import { primaryRevision, schedulingStrategyOf } from '../view/service-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** ECS's own default, smaller than everywhere else. */
const DEFAULT_ITEM_COUNT = 10

/** Lists the ARNs of a cluster's services by name; deleted ones are left out. */
export async function listServices(
  input: EcsInput<'ListServices'>,
  request: ApiRequest,
): Promise<EcsOutput<'ListServices'>> {
  const scope = requireClusterScope(request, input.cluster)
  const { launchType, schedulingStrategy } = input
  const rows = request.ports.state.reader.view.table('services').find('cluster', clusterKey(scope))
  const isListed = (service: Service): boolean =>
    service.status !== ServiceStatus.INACTIVE &&
    (schedulingStrategy === undefined || schedulingStrategyOf(service) === schedulingStrategy) &&
    (launchType === undefined || primaryRevision(request, service)?.launchType === launchType)
  const page = paginate(request, input, {
    items: rows,
    isListed: ({ value }) => isListed(value),
    sortKeyOf: ({ key }) => key,
    filters: { cluster: scope.cluster, launchType, schedulingStrategy },
    defaultItemCount: DEFAULT_ITEM_COUNT,
  })
  return {
    serviceArns: page.items.map(({ value }) => serviceArn(scope, scope.cluster, value.name)),
    nextToken: page.nextToken,
  }
}
