import {
  ApiError,
  type Handler,
  type HandlerTable,
  type OperationName,
  type RequestContext,
} from '@homeport/aws-wire'
import { EcsError, ecsError } from '@homeport/ecs-api'
import type { EcsAction } from '../actions/action.ts'
import { ECS_ACTIONS } from '../actions/table.ts'
import { notImplementedReason } from '../actions/unimplemented.ts'
import type { ApiPorts, ApiRequest } from '../ports.ts'
import type { ApiMetrics } from './metrics.ts'

/** The catalogue's error as the wire layer writes it. */
export const toApiError = (error: EcsError): ApiError =>
  new ApiError(error.code, error.message, { members: error.members, cause: error })

/** The answer to an operation of the model that has no action. */
export function notImplemented(operation: string): ApiError {
  const reason = notImplementedReason(operation)
  return toApiError(
    reason.isPlanned
      ? ecsError('notImplemented', { operation })
      : ecsError('notApplicable', { operation, reason: reason.text }),
  )
}

type AnyHandler = Handler<'ecs', OperationName<'ecs'>>
type AnyAction = EcsAction<OperationName<'ecs'>>

/**
 * Gives every action its ports, and turns its refusals into answers. Any operation is refused until the first
 * view of state has arrived: an empty view would say that nothing exists.
 */
export function bindActions(ports: ApiPorts, metrics: ApiMetrics): HandlerTable<'ecs'> {
  const bind =
    (action: AnyAction): AnyHandler =>
    async (input, context) => {
      const leave = metrics.enter('ecs')
      try {
        if (!ports.state.reader.ready) throw ecsError('serverUnavailable')
        return await action(input, requestOf(ports, context))
      } catch (error) {
        throw error instanceof EcsError ? toApiError(error) : error
      } finally {
        leave()
      }
    }
  // The table's own type pairs each operation with its action; under the erased type the pairs stay together.
  const entries = Object.entries(ECS_ACTIONS).map(([operation, action]) => [
    operation,
    bind(action as AnyAction),
  ])
  return Object.fromEntries(entries) as HandlerTable<'ecs'>
}

const requestOf = (ports: ApiPorts, context: RequestContext): ApiRequest => ({
  ports,
  context,
  namespace: { accountId: context.principal.accountId, region: context.region },
})
