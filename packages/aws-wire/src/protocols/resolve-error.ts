import type { ApiError } from '../api-error.ts'
import type { ErrorModel, ServiceModel } from '../registry/service-model.ts'
import { COMMON_ERRORS } from './common-errors.ts'

/** An `ApiError` with all that the protocols write of it decided. */
export interface ResolvedError {
  /** Name in JSON and CBOR. */
  readonly name: string
  /** Smithy namespace of the name. */
  readonly namespace: string
  /** Code in awsQuery answers and in `x-amzn-query-error`. */
  readonly queryCode: string
  readonly httpStatus: number
  readonly queryHttpStatus: number
  readonly fault: 'client' | 'server'
  readonly message: string
  /** What the model gives the error besides its message; empty for unmodelled errors. */
  readonly members: Readonly<Record<string, unknown>>
  readonly model: ErrorModel | undefined
}

/** Where AWS's front ends keep the errors that belong to no service. */
const COMMON_NAMESPACE = 'com.amazon.coral.service'

/**
 * Decides how an error is written: the service's model first, then AWS's common errors, then what the
 * error itself says.
 */
export function resolveError(error: ApiError, service: ServiceModel | undefined): ResolvedError {
  const model = service?.errors.get(error.code)
  if (service === undefined || model === undefined) return resolveUnmodelled(error)
  return {
    name: model.name,
    namespace: service.facts.namespace,
    queryCode: model.queryCode,
    httpStatus: model.httpStatus,
    queryHttpStatus: model.queryHttpStatus,
    fault: model.fault,
    message: error.message,
    members: withoutMessage(error.members, model),
    model,
  }
}

/** The message travels once, whatever the error's members say. */
function withoutMessage(members: ApiError['members'], model: ErrorModel): ApiError['members'] {
  const { [model.messageMember]: _message, ...others } = members
  return others
}

function resolveUnmodelled(error: ApiError): ResolvedError {
  const common = COMMON_ERRORS[error.code]
  const httpStatus = error.httpStatus ?? common?.httpStatus ?? (error.fault === 'server' ? 500 : 400)
  return {
    name: error.code,
    namespace: COMMON_NAMESPACE,
    queryCode: common?.queryCode ?? error.code,
    httpStatus,
    queryHttpStatus: error.httpStatus ?? common?.queryHttpStatus ?? httpStatus,
    fault: error.fault ?? (httpStatus >= 500 ? 'server' : 'client'),
    message: error.message,
    members: {},
    model: undefined,
  }
}
