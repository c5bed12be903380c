import type { Failure, ProtectedTask } from '@aws-sdk/client-ecs'
import { taskArn } from '@homeport/domain'
import { checkProtection } from '@homeport/ecs-api'
import { type ClusterScope, TransactionBuilder } from '@homeport/store'
import type { Task } from '@homeport/wire/types'
import { transact } from '../commit/transact.ts'
import { requireClusterScope } from '../lookup/clusters.ts'
import { findTask, requireList } from '../lookup/members.ts'
import type { ApiRequest } from '../ports.ts'
import { protectedTaskView } from '../view/protected-task-view.ts'
import { desiredStatusOf } from '../view/task-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** ECS protects at most so many tasks at once. */
const TASKS_MAX = 10

/**
 * Protects tasks of services from scale-in and deployments for a while, or no longer. Each task is changed for itself:
 * those that cannot be are failures.
 */
export async function updateTaskProtection(
  input: EcsInput<'UpdateTaskProtection'>,
  request: ApiRequest,
): Promise<EcsOutput<'UpdateTaskProtection'>> {
  const scope = requireClusterScope(request, input.cluster)
  const durationMs = checkProtection(input)
  const references = requireList(input.tasks, 'Tasks', TASKS_MAX)
  const ids = [...new Set(references.map((text) => findTask(request, scope, text).id))]
  const protectedTasks: ProtectedTask[] = []
  const failures: Failure[] = []
  for (const id of ids) {
    const outcome = await protect(request, scope, { id, durationMs })
    if (typeof outcome === 'string') {
      failures.push({ arn: taskArn(scope, scope.cluster, id), reason: outcome })
    } else protectedTasks.push(protectedTaskView(outcome, request.ports.clock.now()))
  }
  return { protectedTasks, failures }
}

/** @returns the task as it is now, or why it was left as it was. */
const protect = (
  request: ApiRequest,
  scope: ClusterScope,
  { id, durationMs }: { readonly id: string; readonly durationMs: number },
): Promise<Task | string> =>
  transact<Task | string>(request, () => {
    const { row } = findTask(request, scope, id)
    if (row === undefined) return { result: 'MISSING' }
    const task = row.value
    const isOfService = task.spec !== undefined && task.spec.service !== ''
    if (!isOfService || desiredStatusOf(task) === 'STOPPED') return { result: 'TASK_NOT_VALID' }
    const protectedUntilMs = durationMs === 0 ? 0 : request.ports.clock.now() + durationMs
    if (task.protectedUntilMs === protectedUntilMs) return { result: task }
    const changed = { ...task, protectedUntilMs, changeCount: task.changeCount + 1 }
    return { transaction: new TransactionBuilder().update('tasks', row, changed), result: changed }
  })
