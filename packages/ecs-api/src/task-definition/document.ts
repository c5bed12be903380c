import type { ContainerDefinition, TaskDefinition } from '@aws-sdk/client-ecs'

/** A container of a stored task definition: checked, defaults filled in. */
export type StoredContainer = ContainerDefinition & {
  readonly name: string
  readonly image: string
  // tidy-allow(unit-suffix): ECS's own name
  readonly cpu: number
  readonly essential: boolean
}

/**
 * What is stored of a task definition and answered as it is: everything but ARN, revision, status and times.
 * Its JSON has the shape of the AWS JSON protocol.
 */
export type TaskDefinitionDocument = Omit<
  TaskDefinition,
  | 'taskDefinitionArn'
  | 'containerDefinitions'
  | 'revision'
  | 'status'
  | 'registeredAt'
  | 'deregisteredAt'
  | 'deleteRequestedAt'
  | 'registeredBy'
> & {
  readonly family: string
  readonly containerDefinitions: readonly StoredContainer[]
}

/** Reads a stored document back; what was stored was checked. */
export const parseDocument = (text: string): TaskDefinitionDocument =>
  JSON.parse(text) as TaskDefinitionDocument
