import type { ContainerDefinition, TaskDefinition } from '@aws-sdk/client-ecs'
import type { TaskAssignment } from '../engine/assignment.ts'

/** 32 hexadecimal digits. */
export const taskId = (number: number): string => number.toString(16).padStart(32, '0')

/** What a test says of a task. */
export interface TaskInput {
  readonly containers: readonly ContainerDefinition[]
  /** Task-level members of the definition. */
  readonly definition?: Partial<TaskDefinition>
  /** ECS JSON; default none. */
  readonly overrides?: object
}

/** An assignment of the family `web`, revision 3; images default to `test/busybox:1`. */
export function assignment(
  number: number,
  input: TaskInput,
  over: Partial<TaskAssignment> = {},
): TaskAssignment {
  const id = taskId(number)
  const definition = {
    family: 'web',
    containerDefinitions: input.containers.map((container) => ({ image: 'test/busybox:1', ...container })),
    ...input.definition,
  }
  return {
    taskId: id,
    taskArn: `arn:aws:ecs:us-east-1:000000000000:task/default/${id}`,
    clusterArn: 'arn:aws:ecs:us-east-1:000000000000:cluster/default',
    desiredStatus: 'RUNNING',
    stoppedReason: '',
    family: 'web',
    revision: 3,
    taskDefinition: JSON.stringify(definition),
    overrides: input.overrides === undefined ? '' : JSON.stringify(input.overrides),
    ...over,
  }
}
