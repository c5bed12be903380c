import { createHash } from 'node:crypto'
import type { TaskAssignment } from './assignment.ts'

/** Says which installation of Homeport owns a container; others' containers are never touched. */
export const INSTALLATION_LABEL = 'homeport.installation'
/** The task id of a container. */
export const TASK_LABEL = 'homeport.task-id'
/** The container's name in the task definition; ECS's own label. */
export const CONTAINER_NAME_LABEL = 'com.amazonaws.ecs.container-name'

/** Hexadecimal digits at the end of an ECS container name. */
const NAME_DIGITS = 20

/** Labels that tie a container to its task: those of the ECS agent, and our own. They win over the user's. */
export function ownLabels(
  assignment: TaskAssignment,
  container: string,
  installationId: string,
): Record<string, string> {
  return {
    'com.amazonaws.ecs.cluster': assignment.clusterArn.split('/').at(-1) ?? '',
    [CONTAINER_NAME_LABEL]: container,
    'com.amazonaws.ecs.task-arn': assignment.taskArn,
    'com.amazonaws.ecs.task-definition-family': assignment.family,
    'com.amazonaws.ecs.task-definition-version': String(assignment.revision),
    [INSTALLATION_LABEL]: installationId,
    [TASK_LABEL]: assignment.taskId,
  }
}

/**
 * `ecs-FAMILY-REVISION-CONTAINER-HEX`, as the ECS agent names containers. HEX is derived from the task and the
 * container instead of drawn, so that a second attempt to create the same container meets the first.
 */
export function engineName(assignment: TaskAssignment, container: string): string {
  const digest = createHash('sha256').update(`${assignment.taskId}/${container}`).digest('hex')
  const readable = container.replaceAll(/[^a-zA-Z0-9_.-]/g, '')
  return `ecs-${assignment.family}-${assignment.revision}-${readable}-${digest.slice(0, NAME_DIGITS)}`
}
