/**
 * One request from bytes to bytes: decompress → find the operation → verify the signature → read the
 * input → authorize → validate → handle → write the answer. The order is AWS's: an unknown operation is
 * told to anyone, everything else only to who signed.
 *
 * Knows nothing of sockets, so that it can be driven without one. Whatever is thrown on the way becomes
 * an answer: `ApiError` as it says, a `MismatchError` as SerializationException, the rest as an internal
 * failure whose text goes to the hooks and never to the client.
 */
import { ApiError } from '../api-error.ts'
import { ANONYMOUS, type RequestContext } from '../context.ts'
import { MismatchError } from '../protocols/mismatch.ts'
import type { AnswerContext, Protocol, WireRequest, WireResponse } from '../protocols/protocol.ts'
import { resolveError } from '../protocols/resolve-error.ts'
import type { OperationModel, ServiceModel } from '../registry/service-model.ts'
import { SignatureVerifier } from '../sigv4/verify-signature.ts'
import { findViolations } from '../validation/find-violations.ts'
import type { BoundService } from './bind-service.ts'
import { decompress } from './decompress.ts'
import { ServiceDirectory } from './directory.ts'
import { type AwsServerOptions, MAX_BODY_BYTES } from './options.ts'

/** What the connection adds to a request. */
export interface Arrival {
  readonly requestId: string
  /** By the monotonic clock. */
  readonly startedAtMs: number
  readonly receivedAtMs: number
  readonly signal: AbortSignal
  readonly sourceAddress: string
}

/** What is known of a request so far; filled on the way, so that failures can be recorded too. */
interface Progress {
  service: BoundService | undefined
  operation: OperationModel | undefined
  accountId: string
  region: string
  errorCode: string | undefined
}

interface Exchange {
  readonly protocol: Protocol
  readonly request: WireRequest
  readonly arrival: Arrival
  readonly progress: Progress
}

type Identity = Pick<RequestContext, 'principal' | 'accessKeyId' | 'region'>

/** Answers whole requests. */
export class Dispatcher {
  readonly #options: AwsServerOptions
  readonly #directory: ServiceDirectory
  readonly #verifier: SignatureVerifier
  readonly #maxBodyBytes: number

  constructor(options: AwsServerOptions) {
    this.#options = options
    this.#directory = new ServiceDirectory(options.services)
    this.#verifier = new SignatureVerifier({ credentials: options.credentials, now: options.clock.now })
    this.#maxBodyBytes = options.limits?.maxBodyBytes ?? MAX_BODY_BYTES
  }

  /** Never rejects, unless a hook throws. */
  async dispatch(protocol: Protocol, request: WireRequest, arrival: Arrival): Promise<WireResponse> {
    const exchange = newExchange(protocol, request, arrival)
    let response: WireResponse
    try {
      response = await this.#run(exchange)
    } catch (error) {
      response = this.#refuse(exchange, error)
    }
    this.#record(exchange, response)
    return response
  }

  /** Answers a request that couldn't even be read whole. */
  refuse(
    protocol: Protocol,
    request: WireRequest,
    arrival: Arrival & { readonly error: ApiError },
  ): WireResponse {
    const exchange = newExchange(protocol, request, arrival)
    const response = this.#refuse(exchange, arrival.error)
    this.#record(exchange, response)
    return response
  }

  async #run(exchange: Exchange): Promise<WireResponse> {
    const { protocol, request, progress, arrival } = exchange
    const body = await decompress(request, this.#maxBodyBytes)
    const { service, operation } = this.#route(exchange, body)
    const identity = await this.#identify(request, service, operation)
    progress.accountId = identity.principal.accountId
    progress.region = identity.region
    const handler = operation.streaming ? undefined : service.handlers.get(operation.name)
    if (handler === undefined) throw this.#unimplemented(service.model, operation.name)
    const input = protocol.readInput(operation, request, body)
    const context: RequestContext = {
      ...identity,
      requestId: arrival.requestId,
      receivedAtMs: arrival.receivedAtMs,
      signal: arrival.signal,
      sourceAddress: arrival.sourceAddress,
      service: service.model.name,
      operation: operation.name,
      protocol: protocol.name,
      userAgent: request.headers['user-agent'] ?? '',
    }
    await this.#options.authorize?.(input, context)
    const violations = findViolations(service.model, operation.input, input)
    const refusal = violations.length === 0 ? undefined : service.validation(violations, operation.name)
    if (refusal !== undefined) throw refusal
    const output = await handler(input, context)
    return protocol.writeOutput(operation, output, answerContext(exchange))
  }

  #route(exchange: Exchange, body: Buffer): { service: BoundService; operation: OperationModel } {
    const target = exchange.protocol.target(exchange.request, body)
    if (target === undefined) {
      throw new ApiError('UnknownOperationException', 'The request names no operation', { httpStatus: 404 })
    }
    const service = this.#directory.find(target)
    exchange.progress.service = service
    const operation = service?.model.operations.get(target.operation)
    exchange.progress.operation = operation
    if (service !== undefined && operation !== undefined) return { service, operation }
    throw unknownOperation(exchange.protocol, target.operation, target.service)
  }

  async #identify(request: WireRequest, service: BoundService, operation: OperationModel): Promise<Identity> {
    if (!operation.signed) {
      return { principal: ANONYMOUS, accessKeyId: '', region: this.#options.defaultRegion }
    }
    const { credential, accessKeyId, region } = await this.#verifier.verify(
      request,
      service.model.facts.signingName,
    )
    return { principal: credential.principal, accessKeyId, region }
  }

  #unimplemented(service: ServiceModel, operation: string): ApiError {
    return (
      this.#options.unimplemented?.(service, operation) ??
      new ApiError('UnknownOperationException', `The operation ${operation} is not implemented`)
    )
  }

  #refuse(exchange: Exchange, error: unknown): WireResponse {
    const { protocol, progress, arrival } = exchange
    let answer: ApiError
    if (error instanceof ApiError) answer = error
    else if (error instanceof MismatchError) {
      answer = new ApiError('SerializationException', error.message, { cause: error })
    } else {
      answer = new ApiError('InternalFailure', 'An internal error occurred', { fault: 'server' })
      this.#options.hooks?.onInternalError?.(error, arrival.requestId)
    }
    const resolved = resolveError(answer, progress.service?.model)
    progress.errorCode = resolved.name
    return protocol.writeError(resolved, answerContext(exchange))
  }

  #record(exchange: Exchange, response: WireResponse): void {
    const { protocol, request, arrival, progress } = exchange
    this.#options.hooks?.onRequest?.({
      requestId: arrival.requestId,
      service: progress.service?.model.name,
      operation: progress.operation?.name,
      protocol: protocol.name,
      httpStatus: response.status,
      durationMs: this.#options.clock.monotonic() - exchange.arrival.startedAtMs,
      accountId: progress.accountId,
      region: progress.region,
      errorCode: progress.errorCode,
      requestBytes: request.body.length,
      responseBytes: Buffer.byteLength(response.body),
    })
  }
}

function newExchange(protocol: Protocol, request: WireRequest, arrival: Arrival): Exchange {
  const progress = {
    service: undefined,
    operation: undefined,
    accountId: '',
    region: '',
    errorCode: undefined,
  }
  return { protocol, request, arrival, progress }
}

function answerContext({ arrival, progress, request }: Exchange): AnswerContext {
  return { requestId: arrival.requestId, service: progress.service?.model, headers: request.headers }
}

function unknownOperation(protocol: Protocol, operation: string, service: string): ApiError {
  const message =
    protocol.name === 'query'
      ? `Could not find operation ${operation} for version ${service}`
      : `The operation ${service}.${operation} does not exist`
  return new ApiError('UnknownOperationException', message)
}
