import { required } from '@homeport/base'
import { canStop, requestStop } from '@homeport/domain'
import { ecsError } from '@homeport/ecs-api'
import { TransactionBuilder } from '@homeport/store'
import { transact } from '../commit/transact.ts'
import { requireClusterScope } from '../lookup/clusters.ts'
import { findTask } from '../lookup/members.ts'
import type { ApiRequest } from '../ports.ts'
import { taskView } from '../view/task-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

const REASON_LENGTH_MAX = 1024
const DEFAULT_REASON = 'Task stopped by user'

/** Tells a task to stop, gracefully; the first reason given stays. Stopping it again changes nothing. */
export async function stopTask(
  input: EcsInput<'StopTask'>,
  request: ApiRequest,
): Promise<EcsOutput<'StopTask'>> {
  const scope = requireClusterScope(request, input.cluster)
  const reason = input.reason ?? ''
  if (reason.length > REASON_LENGTH_MAX) throw ecsError('stopReason', { maximum: REASON_LENGTH_MAX })
  const reference = input.task ?? ''
  await transact(request, () => {
    const { row } = findTask(request, scope, reference)
    if (row === undefined) throw ecsError('taskNotFound')
    if (!canStop(row.value)) return { result: undefined }
    const stopped = requestStop(row.value, {
      stopCode: 'UserInitiated',
      stoppedReason: reason === '' ? DEFAULT_REASON : reason,
      nowMs: request.ports.clock.now(),
    })
    return { transaction: new TransactionBuilder().update('tasks', row, stopped), result: undefined }
  })
  const { row } = findTask(request, scope, reference)
  return { task: taskView(request, required(row, 'the task that was just stopped'), { withTags: true }) }
}
