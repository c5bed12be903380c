/**
 * Every error that the ECS api answers, in one place: code, text and the operations that can give it.
 * docs/reference/errors.md is generated from it.
 */
import { CLUSTER_ERRORS } from './cluster-errors.ts'
import { COMMON_ERRORS } from './common-errors.ts'
import { CONTAINER_ERRORS } from './container-errors.ts'
import { INSTANCE_ERRORS } from './instance-errors.ts'
import { SERVICE_ERRORS } from './service-errors.ts'
import { TASK_DEFINITION_ERRORS } from './task-definition-errors.ts'
import { TASK_ERRORS } from './task-errors.ts'

/** One entry of the catalogue. */
export interface EcsErrorEntry {
  /** The error's name in the ECS model, or one of AWS's common errors. */
  readonly code: string
  /** Placeholders are written `{name}`. */
  readonly message: string
  /**
   * Whose words these are: `ecs` when ECS is known (from users' reports or AWS's documentation) to answer
   * so, `homeport` when its words are not public, or when ECS has no such refusal.
   */
  readonly wording: 'ecs' | 'homeport'
  /** Names of operations separated by blanks, or `all`. */
  readonly operations: string
}

/** The catalogue. Key: how the code refers to the error. */
export const ECS_ERRORS: typeof COMMON_ERRORS &
  typeof CLUSTER_ERRORS &
  typeof INSTANCE_ERRORS &
  typeof TASK_DEFINITION_ERRORS &
  typeof CONTAINER_ERRORS &
  typeof TASK_ERRORS &
  typeof SERVICE_ERRORS = {
  ...COMMON_ERRORS,
  ...CLUSTER_ERRORS,
  ...INSTANCE_ERRORS,
  ...TASK_DEFINITION_ERRORS,
  ...CONTAINER_ERRORS,
  ...TASK_ERRORS,
  ...SERVICE_ERRORS,
}

/** Names an entry of the catalogue. */
export type EcsErrorId = keyof typeof ECS_ERRORS

/** The catalogue as a list, in its order. */
export const ecsErrorEntries = (): (EcsErrorEntry & { readonly id: EcsErrorId })[] =>
  Object.entries(ECS_ERRORS).map(([id, entry]) => ({ id: id as EcsErrorId, ...entry }))
