import type { ContainerInstance, Failure } from '@aws-sdk/client-ecs'
import { containerInstanceArn } from '@homeport/domain'
import { requireClusterScope } from '../lookup/clusters.ts'
import { DESCRIBED_MAX, findInstance, requireList } from '../lookup/members.ts'
import type { ApiRequest } from '../ports.ts'
import { containerInstanceView } from '../view/container-instance-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Describes instances by id or ARN, deregistered ones too; unknown ones are failures. */
export async function describeContainerInstances(
  input: EcsInput<'DescribeContainerInstances'>,
  request: ApiRequest,
): Promise<EcsOutput<'DescribeContainerInstances'>> {
  const scope = requireClusterScope(request, input.cluster)
  const containerInstances: ContainerInstance[] = []
  const failures: Failure[] = []
  for (const text of requireList(input.containerInstances, 'Container instances', DESCRIBED_MAX)) {
    const { id, row } = findInstance(request, scope, text)
    if (row === undefined) {
      failures.push({ arn: containerInstanceArn(scope, scope.cluster, id), reason: 'MISSING' })
    } else containerInstances.push(containerInstanceView(request, row, input.include))
  }
  return { containerInstances, failures }
}
