import { createHash } from 'node:crypto'
import type { WireRequest } from '../protocols/protocol.ts'
import type { ClaimedSignature } from './parse-signature.ts'

/** Writes the request in the one form that both sides of a signature hash. */
export function canonicalRequest(request: WireRequest, claimed: ClaimedSignature): string {
  const queryStart = request.url.indexOf('?')
  const path = queryStart < 0 ? request.url : request.url.slice(0, queryStart)
  const query = queryStart < 0 ? '' : request.url.slice(queryStart + 1)
  const headers = claimed.signedHeaders.map((name) => `${name}:${canonicalHeader(request, name)}\n`).join('')
  return [
    request.method,
    canonicalPath(path),
    canonicalQuery(query),
    headers,
    claimed.signedHeaders.join(';'),
    createHash('sha256').update(request.body).digest('hex'),
  ].join('\n')
}

/**
 * The path as sent, without dot segments and empty segments, encoded once more: every service but S3
 * signs it doubly encoded.
 */
function canonicalPath(path: string): string {
  if (path === '/' || path === '') return '/'
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(encode(segment))
  }
  const trailing = path.endsWith('/') && segments.length > 0 ? '/' : ''
  return `/${segments.join('/')}${trailing}`
}

/** Sorted pairs, each decoded and encoded again, without the signature itself. */
function canonicalQuery(query: string): string {
  if (query === '') return ''
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=')
      const key = equals < 0 ? pair : pair.slice(0, equals)
      return [encode(decode(key)), encode(decode(equals < 0 ? '' : pair.slice(equals + 1)))] as const
    })
    .filter(([key]) => key !== 'X-Amz-Signature')
    .sort(([keyA, valueA], [keyB, valueB]) => compare(keyA, keyB) || compare(valueA, valueB))
    .map(([key, value]) => `${key}=${value}`)
    .join('&')
}

function canonicalHeader(request: WireRequest, name: string): string {
  const value = request.headers[name]
  const text = Array.isArray(value) ? value.join(',') : (value ?? '')
  return text.trim().replaceAll(/\s+/g, ' ')
}

/** RFC 3986: everything but letters, digits, `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** A query that isn't properly encoded can't have been signed; it is left as it is, and then doesn't match. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
