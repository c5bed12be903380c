import type { ServiceError } from '@grpc/grpc-js'
import { Metadata, status } from '@grpc/grpc-js'

/** A failure that a handler wants its caller to see with this gRPC status. */
export class CallError extends Error {
  override readonly name = 'CallError'
  /** A `status` of grpc-js. */
  readonly code: number
  /** Whether the same call may succeed later. */
  readonly retryable: boolean

  constructor(code: number, message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.code = code
    this.retryable = code === status.UNAVAILABLE || code === status.RESOURCE_EXHAUSTED
  }
}

/** The gRPC form of whatever a handler threw: a `CallError` as it is, anything else INTERNAL. */
export function toServiceError(error: unknown): ServiceError {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof CallError ? error.code : status.INTERNAL
  return Object.assign(new Error(message, { cause: error }), {
    code,
    details: message,
    metadata: new Metadata(),
  })
}
