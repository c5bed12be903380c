import { assertNever } from '@homeport/base'
import { cbor, dateToTag } from '@smithy/core/cbor'
import { RawJson } from '../handlers.ts'
import type { OperationModel } from '../registry/service-model.ts'
import type { Shape, StructureShape } from '../shapes/shape.ts'
import { readCbor } from './cbor-reader.ts'
import { readJsonOutput } from './json.ts'
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
import { setEntry, TreeReader } from './tree-reader.ts'

const PATH = /\/service\/([^/?]+)\/operation\/([^/?]+)$/
const CONTENT_TYPE = 'application/cbor'

const reader = new TreeReader({
  number: (value) => (typeof value === 'number' ? value : undefined),
  timestamp: (value) => (value instanceof Date ? value : undefined),
  blob: (value) => (value instanceof Uint8Array ? value : undefined),
})

/** Smithy RPC v2 CBOR: a POST to `/service/S/operation/O` with CBOR both ways. */
export class CborProtocol implements Protocol {
  readonly name = 'rpc-v2-cbor'

  target(request: WireRequest): RequestedTarget | undefined {
    const match = PATH.exec(request.url.split('?', 1)[0] ?? '')
    if (request.method !== 'POST' || match?.[1] === undefined || match[2] === undefined) return undefined
    return { index: 'targetPrefix', service: match[1], operation: match[2] }
  }

  readInput(operation: OperationModel, _request: WireRequest, body: Buffer): Record<string, unknown> {
    if (body.length === 0) return {}
    return reader.structure(operation.input, readCbor(body))
  }

  writeOutput(operation: OperationModel, output: object | RawJson, context: AnswerContext): WireResponse {
    const value = output instanceof RawJson ? readJsonOutput(operation, output) : output
    return {
      status: 200,
      headers: headersOf(context),
      body: cbor.serialize(writeStructure(operation.output, value)),
    }
  }

  writeError(error: ResolvedError, context: AnswerContext): WireResponse {
    return {
      status: error.httpStatus,
      headers: {
        ...headersOf(context),
        ...queryErrorHeader(error, context),
        'x-amzn-errortype': error.name,
      },
      body: cbor.serialize({
        __type: `${error.namespace}#${error.name}`,
        ...writeStructure(errorShape(error), error.members),
        ...messageEntry(error),
      }),
    }
  }
}

function headersOf(context: AnswerContext): Record<string, string> {
  return {
    'content-type': CONTENT_TYPE,
    'smithy-protocol': 'rpc-v2-cbor',
    'x-amzn-RequestId': context.requestId,
  }
}

function writeStructure(shape: StructureShape, value: object): Record<string, unknown> {
  const source = value as Record<string, unknown>
  const result: Record<string, unknown> = {}
  for (const member of shape.members) {
    const item = source[member.name]
    if (item !== undefined && item !== null) result[member.name] = writeValue(member.shape, item)
  }
  return result
}

function writeValue(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'blob':
    case 'document':
      return value
    case 'timestamp':
      return dateToTag(value as Date)
    case 'list':
      return (value as readonly unknown[])
        .filter((item) => item !== undefined && item !== null)
        .map((item) => writeValue(shape.element, item))
    case 'map':
      return writeMap(shape.value, value as Readonly<Record<string, unknown>>)
    case 'structure':
      return writeStructure(shape, value as object)
    default:
      return assertNever(shape, 'shape')
  }
}

function writeMap(valueShape: Shape, entries: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(entries)) {
    if (item !== undefined && item !== null) setEntry(result, key, writeValue(valueShape, item))
  }
  return result
}
