/**
 * What the four wire protocols have in common. A protocol is chosen per request from its head alone
 * (`select-protocol.ts`), finds the service and operation that the request names, reads the input and
 * writes the answer. Everything between, from signature to handler, doesn't know which it is.
 *
 * Rejected: one protocol per service. CloudWatch is called in three by today's clients.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { ProtocolName } from '../context.ts'
import type { RawJson } from '../handlers.ts'
import type { OperationModel, ServiceModel } from '../registry/service-model.ts'
import { EMPTY_STRUCTURE } from '../shapes/compile-shape.ts'
import type { StructureShape } from '../shapes/shape.ts'
import type { ResolvedError } from './resolve-error.ts'

/** A request as it came from the connection, whole. */
export interface WireRequest {
  readonly method: string
  /** Path and query as sent, not decoded. */
  readonly url: string
  /** Lower-case names, as node:http gives them. */
  readonly headers: IncomingHttpHeaders
  /** As sent, before decompression: what the signature covers. */
  readonly body: Buffer
}

/** An answer ready for the connection. */
export interface WireResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** What a request says it wants, before it is known whether that exists. */
export interface RequestedTarget {
  /** Which index of the directory `service` is a key of. */
  readonly index: 'targetPrefix' | 'apiVersion'
  readonly service: string
  readonly operation: string
}

/** What a protocol needs to write an answer. */
export interface AnswerContext {
  readonly requestId: string
  /** Undefined when the request named no loaded service. */
  readonly service: ServiceModel | undefined
  readonly headers: IncomingHttpHeaders
}

/** One wire protocol. Stateless. */
export interface Protocol {
  readonly name: ProtocolName
  /**
   * `body` is decompressed.
   * @returns undefined when the request names no operation.
   */
  target(request: WireRequest, body: Buffer): RequestedTarget | undefined
  /** @throws {MismatchError} when `body` isn't what the protocol or the operation's types say. */
  readInput(operation: OperationModel, request: WireRequest, body: Buffer): Record<string, unknown>
  writeOutput(operation: OperationModel, output: object | RawJson, context: AnswerContext): WireResponse
  writeError(error: ResolvedError, context: AnswerContext): WireResponse
}

/** The message of an error as its body carries it; also where the model has no member for it. */
export function messageEntry(error: ResolvedError): Record<string, string> {
  return { [error.model?.messageMember ?? 'message']: error.message }
}

/** The structure that an error's members besides its message are written as. */
export function errorShape(error: ResolvedError): StructureShape {
  return error.model?.shape ?? EMPTY_STRUCTURE
}

/** The header by which query-compatible services tell the awsQuery code of an error under another protocol. */
export function queryErrorHeader(error: ResolvedError, context: AnswerContext): Record<string, string> {
  const asked = context.headers['x-amzn-query-mode'] === 'true'
  if (!asked || context.service?.facts.queryCompatible !== true) return {}
  return { 'x-amzn-query-error': `${error.queryCode};${error.fault === 'server' ? 'Receiver' : 'Sender'}` }
}
