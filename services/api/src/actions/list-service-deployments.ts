import { ecsError } from '@homeport/ecs-api'
import type { ServiceDeployment } from '@homeport/wire/types'
import { requireClusterScope } from '../lookup/clusters.ts'
import { findService } from '../lookup/members.ts'
import { paginate } from '../paging/paginate.ts'
import type { ApiRequest } from '../ports.ts'
import { deploymentStatusOf, serviceDeploymentBrief } from '../view/service-deployment-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** ECS's own default. */
const DEFAULT_ITEM_COUNT = 20

/** Digits of any time in milliseconds, so that times sort as numbers. */
const TIME_DIGIT_COUNT = 16

/** Lists the deployments of a service, newest first, by status and time of creation. */
export async function listServiceDeployments(
  input: EcsInput<'ListServiceDeployments'>,
  request: ApiRequest,
): Promise<EcsOutput<'ListServiceDeployments'>> {
  const scope = requireClusterScope(request, input.cluster)
  if (input.service === undefined || input.service === '') {
    throw ecsError('memberBlank', { member: 'Service' })
  }
  const { row } = findService(request, scope, input.service)
  if (row === undefined) throw ecsError('serviceNotFound')
  const { status = [], createdAt } = input
  const isListed = (deployment: ServiceDeployment): boolean =>
    deployment.incarnationId === row.value.incarnationId &&
    (status.length === 0 || status.includes(deploymentStatusOf(deployment))) &&
    deployment.createdAtMs >= (createdAt?.after?.getTime() ?? Number.NEGATIVE_INFINITY) &&
    deployment.createdAtMs <= (createdAt?.before?.getTime() ?? Number.POSITIVE_INFINITY)
  const page = paginate(request, input, {
    items: request.ports.state.reader.view.table('serviceDeployments').find('service', row.key),
    isListed: ({ value }) => isListed(value),
    sortKeyOf: ({ value }) =>
      `${String(value.createdAtMs).padStart(TIME_DIGIT_COUNT, '0')} ${value.deploymentId}`,
    filters: { cluster: scope.cluster, service: row.value.name, status, createdAt },
    isDescending: true,
    defaultItemCount: DEFAULT_ITEM_COUNT,
  })
  return {
    serviceDeployments: page.items.map(({ value }) => serviceDeploymentBrief(value)),
    nextToken: page.nextToken,
  }
}
