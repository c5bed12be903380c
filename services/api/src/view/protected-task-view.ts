import type { ProtectedTask } from '@aws-sdk/client-ecs'
import { taskArn } from '@homeport/domain'
import type { Task } from '@homeport/wire/types'
import { dateOf } from './times.ts'

/** Whether and how long a task is protected from scale-in, as ECS shows it. */
export function protectedTaskView(task: Task, nowMs: number): ProtectedTask {
  const protectionEnabled = task.protectedUntilMs > nowMs
  return {
    taskArn: taskArn(task, task.cluster, task.taskId),
    protectionEnabled,
    expirationDate: protectionEnabled ? dateOf(task.protectedUntilMs) : undefined,
  }
}
