import type { IncomingHttpHeaders } from 'node:http'
import { CborProtocol } from './cbor.ts'
import { JsonProtocol } from './json.ts'
import type { Protocol } from './protocol.ts'
import { QueryProtocol } from './query.ts'

const JSON_1_0 = new JsonProtocol('1.0')
const JSON_1_1 = new JsonProtocol('1.1')
const QUERY = new QueryProtocol()
const CBOR = new CborProtocol()

/**
 * Chooses the protocol from a request's head. What names no protocol is answered in JSON 1.1, which
 * then finds no target in it.
 */
export function selectProtocol(url: string, headers: IncomingHttpHeaders): Protocol {
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') return CBOR
  const contentType = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (contentType === 'application/x-amz-json-1.0') return JSON_1_0
  if (contentType === 'application/x-amz-json-1.1') return JSON_1_1
  if (contentType === 'application/x-www-form-urlencoded') return QUERY
  if (/[?&]Action=/.test(url)) return QUERY
  return JSON_1_1
}
