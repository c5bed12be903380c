import type { ApiError } from '../api-error.ts'
import type { ProtocolName, RequestContext } from '../context.ts'
import type { ServiceModel } from '../registry/service-model.ts'
import type { ServiceName } from '../registry/service-table.ts'
import type { CredentialLookup } from '../sigv4/credentials.ts'
import type { BoundService } from './bind-service.ts'

/** Largest request body, as sent and after decompression: the largest AWS input (IAM, ssm, logs) is 2 MiB. */
export const MAX_BODY_BYTES: number = 4 * 1024 * 1024

/** Largest request head. AWS allows session tokens of several KiB; Node's own default. */
export const MAX_HEADER_BYTES: number = 16 * 1024

/** An idle connection is kept so long that an SDK's pool (50 s and more) closes it first. */
export const KEEP_ALIVE_TIMEOUT_MS = 65_000

/** A request must arrive whole within this time, or its connection is closed. */
export const REQUEST_TIMEOUT_MS = 60_000

/** What happened to one request, for metrics and logs. */
export interface RequestRecord {
  readonly requestId: string
  /** Undefined when the request named no loaded service. */
  readonly service: ServiceName | undefined
  /** Undefined when the request named no operation of the model, so that labels stay bounded. */
  readonly operation: string | undefined
  readonly protocol: ProtocolName
  readonly httpStatus: number
  /** From the request's head read to its answer written. */
  readonly durationMs: number
  /** Empty until the request is authenticated. */
  readonly accountId: string
  readonly region: string
  /** Undefined for a success. */
  readonly errorCode: string | undefined
  readonly requestBytes: number
  readonly responseBytes: number
}

/** Observers of requests. They must not throw; they run before the answer is handed to the socket. */
export interface ServerHooks {
  /** Called once per answered request. */
  readonly onRequest?: (record: RequestRecord) => void
  /** Called for what was answered as an internal failure: a bug or an operational failure of a handler. */
  readonly onInternalError?: (error: unknown, requestId: string) => void
}

/** Bounds of a server; each has a default. */
export interface ServerLimits {
  /** Bytes, > 0. Default `MAX_BODY_BYTES`. */
  readonly maxBodyBytes?: number
  /** Bytes, > 0. Default `MAX_HEADER_BYTES`. */
  readonly maxHeaderBytes?: number
  /** Ms; 0 = never close idle connections. Default `KEEP_ALIVE_TIMEOUT_MS`. */
  readonly keepAliveTimeoutMs?: number
  /** Ms; 0 = wait for ever. Default `REQUEST_TIMEOUT_MS`. */
  readonly requestTimeoutMs?: number
}

/** The time that a server goes by; `Clock` of the runtime package is one. */
export interface WireClock {
  /** Ms since the epoch, by the wall clock: the age of signatures. */
  readonly now: () => number
  /** Ms since an arbitrary start, never going back: durations. */
  readonly monotonic: () => number
}

/** What a server of AWS services needs. */
export interface AwsServerOptions {
  /** Made by `bindService`; each service at most once. */
  readonly services: readonly BoundService[]
  readonly credentials: CredentialLookup
  readonly clock: WireClock
  /** A new id per call, in the form of a UUID as AWS's are. */
  readonly newRequestId: () => string
  /** Region of unsigned operations, which carry none. */
  readonly defaultRegion: string
  /** Error for an operation that the model knows and no handler answers. Default: UnknownOperationException. */
  readonly unimplemented?: (service: ServiceModel, operation: string) => ApiError
  /** Runs between authentication and validation; throws an `ApiError` to deny. Default: everything is allowed. */
  readonly authorize?: (input: object, context: RequestContext) => Promise<void>
  /** Default: nobody observes. */
  readonly hooks?: ServerHooks
  /** Default: each limit's own. */
  readonly limits?: ServerLimits
}
