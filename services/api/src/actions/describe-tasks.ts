import type { Failure, Task } from '@aws-sdk/client-ecs'
import { taskArn } from '@homeport/domain'
import { requireClusterScope } from '../lookup/clusters.ts'
import { DESCRIBED_MAX, findTask, requireList } from '../lookup/members.ts'
import type { ApiRequest } from '../ports.ts'
import { taskView } from '../view/task-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Describes tasks by id or ARN, in the order in which they are named; unknown ones are failures. */
export async function describeTasks(
  input: EcsInput<'DescribeTasks'>,
  request: ApiRequest,
): Promise<EcsOutput<'DescribeTasks'>> {
  const scope = requireClusterScope(request, input.cluster)
  const withTags = input.include?.includes('TAGS') === true
  const tasks: Task[] = []
  const failures: Failure[] = []
  for (const text of requireList(input.tasks, 'Tasks', DESCRIBED_MAX)) {
    const { id, row } = findTask(request, scope, text)
    if (row === undefined) failures.push({ arn: taskArn(scope, scope.cluster, id), reason: 'MISSING' })
    else tasks.push(taskView(request, row, { withTags }))
  }
  return { tasks, failures }
}
