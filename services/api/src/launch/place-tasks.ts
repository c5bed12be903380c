import type { Failure, Task } from '@aws-sdk/client-ecs'
import type { MessageInitShape } from '@bufbuild/protobuf'
import { taskArn } from '@homeport/domain'
import { ecsError } from '@homeport/ecs-api'
import { type ClusterScope, joinKey } from '@homeport/store'
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
  const { view } = request.ports.state.reader
  // The scheduler's own view may be behind: what this request was checked against must be there too.
  const minimumRevision = BigInt(view.revision)
  const answer = await request.ports.scheduler.runTasks({ ...scope, ...asked, minimumRevision })
  if (answer.clientTokenConflict) {
    const resourceIds = earlierTaskArns(request, scope, asked.spec?.clientToken ?? '')
    throw ecsError('clientTokenConflict', undefined, { members: { resourceIds } })
  }
  await waitUntilVisible(request, Number(answer.revision))
  return { tasks: tasksOf(request, answer), failures: answer.failures.map(failureOf) }
}

/** The tasks of the request that used the token first, as far as the own view knows them. */
function earlierTaskArns(request: ApiRequest, scope: ClusterScope, clientToken: string): string[] {
  const key = joinKey(scope.accountId, scope.region, 'RunTask', encodeURIComponent(clientToken))
  const record = request.ports.state.reader.view.table('idempotency').get(key)
  return (record?.value.resultKeys ?? []).map((taskKey) => {
    const [, , cluster = '', taskId = ''] = taskKey.split('/')
    return taskArn(scope, cluster, taskId)
  })
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
