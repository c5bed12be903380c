export { ApiError, type ApiErrorOptions } from './api-error.ts'
export { ANONYMOUS, type Principal, type ProtocolName, type RequestContext } from './context.ts'
export {
  type Handler,
  type HandlerTable,
  type OperationInput,
  type OperationName,
  type OperationOutput,
  RawJson,
} from './handlers.ts'
export { loadService } from './registry/load-service.ts'
export type { ErrorModel, OperationModel, ServiceModel } from './registry/service-model.ts'
export {
  SERVICE_FACTS,
  SERVICE_NAMES,
  type ServiceFacts,
  type ServiceName,
} from './registry/service-table.ts'
export type { AwsServer, ListenAddress } from './server/aws-server.ts'
export { type BindOptions, type BoundService, bindService } from './server/bind-service.ts'
export { createAwsServer } from './server/create-aws-server.ts'
export {
  type AwsServerOptions,
  MAX_BODY_BYTES,
  MAX_HEADER_BYTES,
  type RequestRecord,
  type ServerHooks,
  type ServerLimits,
  type WireClock,
} from './server/options.ts'
export type { Credential, CredentialLookup } from './sigv4/credentials.ts'
export { CLOCK_SKEW_MAX_MS } from './sigv4/verify-signature.ts'
export { commonValidation, type EcsValidationOptions, ecsValidation } from './validation/policies.ts'
export type { ValidationPolicy, Violation } from './validation/violation.ts'
