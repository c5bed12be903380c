import { RawJson } from '../handlers.ts'
import type { OperationModel } from '../registry/service-model.ts'
import { EMPTY_STRUCTURE } from '../shapes/compile-shape.ts'
import { readJsonOutput } from './json.ts'
import {
  type AnswerContext,
  errorShape,
  type Protocol,
  type RequestedTarget,
  type WireRequest,
  type WireResponse,
} from './protocol.ts'
import { readQueryInput } from './query-reader.ts'
import type { ResolvedError } from './resolve-error.ts'
import { escapeXml, writeXmlMembers } from './xml-writer.ts'

/**
 * AWS query: a form with `Action` and `Version`, answered in XML. The form is the body, the query string
 * (presigned URLs, by GET or POST) or both.
 */
export class QueryProtocol implements Protocol {
  readonly name = 'query'

  target(request: WireRequest, body: Buffer): RequestedTarget | undefined {
    const form = formOf(request, body)
    const operation = form.get('Action')
    const service = form.get('Version')
    if (operation === null || service === null) return undefined
    return { index: 'apiVersion', service, operation }
  }

  readInput(operation: OperationModel, request: WireRequest, body: Buffer): Record<string, unknown> {
    return readQueryInput(operation.input, formOf(request, body))
  }

  writeOutput(operation: OperationModel, output: object | RawJson, context: AnswerContext): WireResponse {
    const { name } = operation
    const value = output instanceof RawJson ? readJsonOutput(operation, output) : output
    const result =
      operation.output === EMPTY_STRUCTURE
        ? ''
        : `<${name}Result>${writeXmlMembers(operation.output, value)}</${name}Result>`
    const metadata = `<ResponseMetadata><RequestId>${context.requestId}</RequestId></ResponseMetadata>`
    return {
      status: 200,
      headers: headersOf(context),
      body: `<${name}Response${xmlns(context)}>${result}${metadata}</${name}Response>`,
    }
  }

  writeError(error: ResolvedError, context: AnswerContext): WireResponse {
    const type = `<Type>${error.fault === 'server' ? 'Receiver' : 'Sender'}</Type>`
    const code = `<Code>${escapeXml(error.queryCode)}</Code>`
    const message = `<Message>${escapeXml(error.message)}</Message>`
    const members = writeXmlMembers(errorShape(error), error.members)
    return {
      status: error.queryHttpStatus,
      headers: { ...headersOf(context), 'x-amzn-errortype': error.queryCode },
      body:
        `<ErrorResponse${xmlns(context)}><Error>${type}${code}${message}${members}</Error>` +
        `<RequestId>${context.requestId}</RequestId></ErrorResponse>`,
    }
  }
}

function headersOf(context: AnswerContext): Record<string, string> {
  return { 'content-type': 'text/xml', 'x-amzn-RequestId': context.requestId }
}

function xmlns(context: AnswerContext): string {
  const namespace = context.service?.facts.xmlNamespace
  return namespace === undefined ? '' : ` xmlns="${namespace}"`
}

/** Parsed forms by request: the target and the input are read from the same form. */
const forms = new WeakMap<WireRequest, URLSearchParams>()

function formOf(request: WireRequest, body: Buffer): URLSearchParams {
  let form = forms.get(request)
  if (form === undefined) {
    form = new URLSearchParams(body.toString('utf8'))
    const queryStart = request.url.indexOf('?')
    const query = queryStart < 0 ? '' : request.url.slice(queryStart + 1)
    for (const [key, text] of new URLSearchParams(query)) form.append(key, text)
    forms.set(request, form)
  }
  return form
}
