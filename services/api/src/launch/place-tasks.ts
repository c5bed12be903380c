import type { Failure, Task } from '@aws-sdk/client-ecs'
import type { MessageInitShape } from '@bufbuild/protobuf'
import { taskArn } from '@homeport/domain'
import { ecsError } from '@homeport/ecs-api'
import type { ClusterScope } from '@homeport/store'
import type { RunTasksRequestSchema, RunTasksResponse } from '@homeport/wire/scheduler'
import { waitUntilVisible } from '../commit/transact.ts'
import type { ApiRequest } from '../ports.ts'
import { taskView } from '../view/task-view.ts'

/** What RunTask and StartTask answer. */
export interface PlacedTasks {
  readonly tasks: Task[]
  readonly failures: Failure[]
}

/**
 * Has the scheduler place tasks, and answers once the own view shows them.
 * @throws {EcsError} ConflictException when the client token belongs to another request; else as the scheduler
 * and the view refuse.
 */
export async function placeTasks(
  request: ApiRequest,
  scope: ClusterScope,
  asked: MessageInitShape<typeof RunTasksRequestSchema>,
): Promise<PlacedTasks> {
  const answer = await request.ports.scheduler.runTasks({ ...scope, ...asked })
  if (answer.clientTokenConflict) {
    const resourceIds = answer.taskKeys.map((key) =>
      taskArn(scope, scope.cluster, key.split('/').at(-1) ?? ''),
    )
    throw ecsError('clientTokenConflict', undefined, { members: { resourceIds } })
  }
  await waitUntilVisible(request, Number(answer.revision))
  return { tasks: tasksOf(request, answer), failures: answer.failures.map(failureOf) }
}

/** A task of a repeated request may be gone by now: it was stopped so long ago that it is no longer kept. */
function tasksOf(request: ApiRequest, answer: RunTasksResponse): Task[] {
  const table = request.ports.state.reader.view.table('tasks')
  return answer.taskKeys.flatMap((key) => {
    const row = table.get(key)
    return row === undefined ? [] : [taskView(request, row, { withTags: true })]
  })
}

const failureOf = ({ arn, reason, detail }: RunTasksResponse['failures'][number]): Failure => ({
  ...(arn !== '' && { arn }),
  reason,
  ...(detail !== '' && { detail }),
})
