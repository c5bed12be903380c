import type { OperationInput, OperationName, OperationOutput, RawJson } from '@homeport/aws-wire'
import type { ApiRequest } from '../ports.ts'

/** Input of an ECS operation. */
export type EcsInput<Operation extends OperationName<'ecs'>> = OperationInput<'ecs', Operation>

/** Answer of an ECS operation. */
export type EcsOutput<Operation extends OperationName<'ecs'>> = OperationOutput<'ecs', Operation>

/**
 * Carries out one operation.
 * @throws {EcsError} to refuse; then nothing has changed.
 */
export type EcsAction<Operation extends OperationName<'ecs'>> = (
  input: EcsInput<Operation>,
  request: ApiRequest,
) => Promise<EcsOutput<Operation> | RawJson>
