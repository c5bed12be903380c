import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import type { HttpRequest } from '@smithy/types'
import { ACCESS_KEY } from './wire-fixture.ts'

/** A request to be signed and sent. */
export interface RequestToSend {
  readonly url: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Signing name. Default `ecs`. */
  readonly service?: string
  /** Hangs up when aborted. Default: never. */
  readonly signal?: AbortSignal
}

/** What came back. */
export interface ReceivedAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** Sends a request as it is. */
export async function send(request: RequestToSend): Promise<ReceivedAnswer> {
  const { url, method = 'POST', headers = {}, body, signal } = request
  const answer = await fetch(url, { method, headers, body, signal } as RequestInit)
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

/** Signs a request with `ACCESS_KEY` and sends it. */
export async function sendSigned(sent: RequestToSend): Promise<ReceivedAnswer> {
  const { url, headers = {}, body, service = 'ecs' } = sent
  const { host, pathname } = new URL(url)
  const signer = new SignatureV4({
    service,
    region: 'eu-central-1',
    credentials: ACCESS_KEY,
    sha256: Sha256 as never,
  })
  const request = {
    method: sent.method ?? 'POST',
    protocol: 'http:',
    hostname: host,
    path: pathname,
    query: {},
    headers: { host, ...headers },
    body,
  }
  const signed = await signer.sign(request as HttpRequest)
  return send({ ...sent, headers: signed.headers })
}

/** The headers of an ECS request in JSON 1.1. */
export function ecsHeaders(operation: string): Record<string, string> {
  return {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}`,
  }
}
