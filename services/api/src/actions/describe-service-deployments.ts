import type { Failure, ServiceDeployment } from '@aws-sdk/client-ecs'
import { requireList } from '../lookup/members.ts'
import { findServiceMember, SERVICE_MEMBERS_MAX } from '../lookup/service-members.ts'
import type { ApiRequest } from '../ports.ts'
import { serviceDeploymentView } from '../view/service-deployment-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Describes deployments by ARN, in the order in which they are named; unknown ones are failures. */
export async function describeServiceDeployments(
  input: EcsInput<'DescribeServiceDeployments'>,
  request: ApiRequest,
): Promise<EcsOutput<'DescribeServiceDeployments'>> {
  const serviceDeployments: ServiceDeployment[] = []
  const failures: Failure[] = []
  const arns = requireList(input.serviceDeploymentArns, 'Service deployment arns', SERVICE_MEMBERS_MAX)
  for (const arn of arns) {
    const row = findServiceMember(request, 'service-deployment', arn)
    if (row === undefined) failures.push({ arn, reason: 'MISSING' })
    else serviceDeployments.push(serviceDeploymentView(request, row))
  }
  return { serviceDeployments, failures }
}
