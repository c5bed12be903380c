import type { Failure, ServiceRevision } from '@aws-sdk/client-ecs'
import { requireList } from '../lookup/members.ts'
import { findServiceMember, SERVICE_MEMBERS_MAX } from '../lookup/service-members.ts'
import type { ApiRequest } from '../ports.ts'
import { serviceRevisionView } from '../view/service-deployment-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Describes revisions by ARN, in the order in which they are named; unknown ones are failures. */
export async function describeServiceRevisions(
  input: EcsInput<'DescribeServiceRevisions'>,
  request: ApiRequest,
): Promise<EcsOutput<'DescribeServiceRevisions'>> {
  const serviceRevisions: ServiceRevision[] = []
  const failures: Failure[] = []
  const arns = requireList(input.serviceRevisionArns, 'Service revision arns', SERVICE_MEMBERS_MAX)
  for (const arn of arns) {
    const row = findServiceMember(request, 'service-revision', arn)
    if (row === undefined) failures.push({ arn, reason: 'MISSING' })
    else serviceRevisions.push(serviceRevisionView(request, row))
  }
  return { serviceRevisions, failures }
}
