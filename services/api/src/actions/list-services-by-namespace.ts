import { ecsError } from '@homeport/ecs-api'
import { paginate } from '../paging/paginate.ts'
import type { ApiRequest } from '../ports.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Lists the services of a Cloud Map namespace: none, since Service Connect is refused to every service. */
export async function listServicesByNamespace(
  input: EcsInput<'ListServicesByNamespace'>,
  request: ApiRequest,
): Promise<EcsOutput<'ListServicesByNamespace'>> {
  const { namespace } = input
  if (namespace === undefined || namespace === '') throw ecsError('memberBlank', { member: 'Namespace' })
  const page = paginate<string>(request, input, {
    items: [],
    sortKeyOf: (arn) => arn,
    filters: { namespace },
  })
  return { serviceArns: [...page.items], nextToken: page.nextToken }
}
