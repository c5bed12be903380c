import { RawJson } from '../handlers.ts'
import type { OperationModel } from '../registry/service-model.ts'
import { writeJsonStructure } from './json-writer.ts'
import { MismatchError } from './mismatch.ts'
import {
  type AnswerContext,
  errorShape,
  messageEntry,
  type Protocol,
  queryErrorHeader,
  type RequestedTarget,
  type WireRequest,
  type WireResponse,
} from './protocol.ts'
import type { ResolvedError } from './resolve-error.ts'
import { readTimestamp } from './timestamps.ts'
import { TreeReader } from './tree-reader.ts'

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

const reader = new TreeReader({
  number: (value) => {
    if (typeof value === 'number') return value
    return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : undefined
  },
  timestamp: (value) =>
    typeof value === 'number' || typeof value === 'string' ? readTimestamp(value) : undefined,
  blob: (value) =>
    typeof value === 'string' && BASE64.test(value) ? Buffer.from(value, 'base64') : undefined,
})

/** AWS JSON 1.0 and 1.1: a POST whose `X-Amz-Target` names the operation. */
export class JsonProtocol implements Protocol {
  readonly name: 'json-1.0' | 'json-1.1'
  readonly #contentType: string

  constructor(version: '1.0' | '1.1') {
    this.name = `json-${version}`
    this.#contentType = `application/x-amz-json-${version}`
  }

  target(request: WireRequest): RequestedTarget | undefined {
    const target = request.headers['x-amz-target']
    if (request.method !== 'POST' || typeof target !== 'string') return undefined
    const dot = target.lastIndexOf('.')
    if (dot < 0) return undefined
    return { index: 'targetPrefix', service: target.slice(0, dot), operation: target.slice(dot + 1) }
  }

  readInput(operation: OperationModel, _request: WireRequest, body: Buffer): Record<string, unknown> {
    if (body.length === 0) return {}
    return reader.structure(operation.input, parseJson(body.toString('utf8')))
  }

  writeOutput(operation: OperationModel, output: object | RawJson, context: AnswerContext): WireResponse {
    const body = output instanceof RawJson ? output.body : writeJsonStructure(operation.output, output)
    return { status: 200, headers: this.#headers(context), body }
  }

  writeError(error: ResolvedError, context: AnswerContext): WireResponse {
    const type = this.name === 'json-1.0' ? `${error.namespace}#${error.name}` : error.name
    const entries = { __type: type, ...messageEntry(error) }
    const head = JSON.stringify(entries).slice(0, -1)
    const members = writeJsonStructure(errorShape(error), error.members).slice(1)
    return {
      status: error.httpStatus,
      headers: {
        ...this.#headers(context),
        ...queryErrorHeader(error, context),
        'x-amzn-errortype': error.name,
      },
      body: `${head}${members === '}' ? '' : ','}${members}`,
    }
  }

  #headers(context: AnswerContext): Record<string, string> {
    return { 'content-type': this.#contentType, 'x-amzn-RequestId': context.requestId }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new MismatchError('Unable to parse the request body as JSON', { cause: error })
  }
}

/**
 * Reads a JSON answer back into the operation's output, for `RawJson` under another protocol.
 * @throws {MismatchError} when the handler's JSON isn't an output of the operation.
 */
export function readJsonOutput(operation: OperationModel, output: RawJson): Record<string, unknown> {
  const { body } = output
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8')
  return reader.structure(operation.output, parseJson(text))
}
