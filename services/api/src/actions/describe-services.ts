import type { Failure, Service } from '@aws-sdk/client-ecs'
import { serviceArn } from '@homeport/domain'
import { requireClusterScope } from '../lookup/clusters.ts'
import { findService, requireList } from '../lookup/members.ts'
import type { ApiRequest } from '../ports.ts'
import { serviceView } from '../view/service-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** ECS describes at most so many services at once. */
const SERVICES_MAX = 10

/** Describes services by name or ARN, deleted ones too; unknown ones are failures. */
export async function describeServices(
  input: EcsInput<'DescribeServices'>,
  request: ApiRequest,
): Promise<EcsOutput<'DescribeServices'>> {
  const scope = requireClusterScope(request, input.cluster)
  const withTags = input.include?.includes('TAGS') === true
  const services: Service[] = []
  const failures: Failure[] = []
  for (const text of requireList(input.services, 'Services', SERVICES_MAX)) {
    const { id, row } = findService(request, scope, text)
    if (row === undefined) failures.push({ arn: serviceArn(scope, scope.cluster, id), reason: 'MISSING' })
    else services.push(serviceView(request, row, { withTags }))
  }
  return { services, failures }
}
