import { invariant } from '@homeport/base'
import type { RequestContext } from '../context.ts'
import type { HandlerTable, RawJson } from '../handlers.ts'
import type { ServiceModel } from '../registry/service-model.ts'
import type { ServiceName } from '../registry/service-table.ts'
import type { ValidationPolicy } from '../validation/violation.ts'

/** A handler whose types the compiler has already checked against the model. */
type ErasedHandler = (input: object, context: RequestContext) => Promise<object | RawJson>

/** A loaded service together with what answers it. Made by `bindService`. */
export interface BoundService {
  readonly model: ServiceModel
  /** Key: operation name. */
  readonly handlers: ReadonlyMap<string, ErasedHandler>
  readonly validation: ValidationPolicy
}

/** Options of `bindService`. */
export interface BindOptions {
  /** Words the refusal of inputs that break the model. Default: every violation is left to the handlers. */
  readonly validation?: ValidationPolicy
}

/**
 * Joins a loaded service with its handlers.
 * @throws {InvariantError} when a handler's name is not an operation of the model.
 */
export function bindService<S extends ServiceName>(
  model: ServiceModel<S>,
  handlers: HandlerTable<S>,
  options: BindOptions = {},
): BoundService {
  const table = new Map(Object.entries(handlers) as [string, ErasedHandler][])
  for (const name of table.keys()) {
    invariant(model.operations.has(name), `Cannot bind ${model.name}: unknown operation, received ${name}`)
  }
  return { model, handlers: table, validation: options.validation ?? (() => undefined) }
}
