export type { CallContext, Caller, ConnectOptions, Handlers } from './grpc-service.ts'
export { connect, serviceDefinition, serviceImplementation } from './grpc-service.ts'
export { CallError, toServiceError } from './service-error.ts'
export { taskStatusFromWire, taskStatusToWire } from './task-status.ts'
