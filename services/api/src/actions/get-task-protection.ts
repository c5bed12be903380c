import type { Failure, ProtectedTask } from '@aws-sdk/client-ecs'
import { taskArn } from '@homeport/domain'
import { requireClusterScope } from '../lookup/clusters.ts'
import { DESCRIBED_MAX, findTask, requireList } from '../lookup/members.ts'
import type { ApiRequest } from '../ports.ts'
import { protectedTaskView } from '../view/protected-task-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Says of tasks whether they are protected from scale-in and deployments, and until when. */
export async function getTaskProtection(
  input: EcsInput<'GetTaskProtection'>,
  request: ApiRequest,
): Promise<EcsOutput<'GetTaskProtection'>> {
  const scope = requireClusterScope(request, input.cluster)
  const protectedTasks: ProtectedTask[] = []
  const failures: Failure[] = []
  for (const text of requireList(input.tasks, 'Tasks', DESCRIBED_MAX)) {
    const { id, row } = findTask(request, scope, text)
    if (row === undefined) failures.push({ arn: taskArn(scope, scope.cluster, id), reason: 'MISSING' })
    else protectedTasks.push(protectedTaskView(row.value, request.ports.clock.now()))
  }
  return { protectedTasks, failures }
}
