import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from '../api-error.ts'

/** The only algorithm: SigV4a (ECDSA) would need a key pair per user. */
export const ALGORITHM = 'AWS4-HMAC-SHA256'

/** What a request says of its signature, before anything of it is believed. */
export interface ClaimedSignature {
  readonly accessKeyId: string
  /** `yyyymmdd` of the credential scope. */
  readonly scopeDate: string
  readonly region: string
  readonly service: string
  /** Lower case, in the order given. */
  readonly signedHeaders: readonly string[]
  /** 64 hexadecimal digits when genuine. */
  readonly signature: string
  /** `yyyymmddThhmmssZ`. */
  readonly timestamp: string
  readonly sessionToken: string | undefined
  /** How long a presigned URL holds after its timestamp; undefined for the header form. */
  readonly expiresS: number | undefined
}

/** Longest life of a presigned URL: a week, as AWS has it. */
const PRESIGNED_EXPIRES_MAX_S = 604_800

const TIMESTAMP = /^\d{8}T\d{6}Z$/

/**
 * Reads the signature of a request from its `Authorization` header or from a presigned URL.
 * @throws {ApiError} MissingAuthenticationTokenException or IncompleteSignatureException.
 */
export function parseSignature(url: string, headers: IncomingHttpHeaders): ClaimedSignature {
  const { authorization } = headers
  if (authorization !== undefined) return parseHeader(authorization, headers)
  const queryStart = url.indexOf('?')
  const query = new URLSearchParams(queryStart < 0 ? '' : url.slice(queryStart + 1))
  if (query.has('X-Amz-Algorithm')) return parsePresigned(query)
  throw new ApiError('MissingAuthenticationTokenException', 'Missing Authentication Token')
}

/** The parts of a signature, each absent when the request lacks it. */
interface SignatureParts {
  readonly credential: string | undefined
  readonly signature: string | undefined
  readonly signedHeaders: string | undefined
  readonly timestamp: string | undefined
}

function parseHeader(authorization: string, headers: IncomingHttpHeaders): ClaimedSignature {
  const space = authorization.indexOf(' ')
  checkAlgorithm(space < 0 ? authorization : authorization.slice(0, space))
  const values = new Map<string, string>()
  for (const part of authorization.slice(space + 1).split(',')) {
    const equals = part.indexOf('=')
    if (equals > 0) values.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim())
  }
  const parts = {
    credential: values.get('Credential'),
    signature: values.get('Signature'),
    signedHeaders: values.get('SignedHeaders'),
    timestamp: timestampOf(headers),
  }
  const sessionToken = singleHeader(headers, 'x-amz-security-token')
  return { ...completed(parts, HEADER_COMPLAINTS), sessionToken, expiresS: undefined }
}

function parsePresigned(query: URLSearchParams): ClaimedSignature {
  checkAlgorithm(query.get('X-Amz-Algorithm') ?? '')
  const timestamp = query.get('X-Amz-Date') ?? ''
  const parts = {
    credential: query.get('X-Amz-Credential') ?? undefined,
    signature: query.get('X-Amz-Signature') ?? undefined,
    signedHeaders: query.get('X-Amz-SignedHeaders') ?? undefined,
    timestamp: TIMESTAMP.test(timestamp) ? timestamp : undefined,
  }
  const complete = completed(parts, PRESIGNED_COMPLAINTS)
  const expiresS = Number(query.get('X-Amz-Expires') ?? Number.NaN)
  if (!Number.isInteger(expiresS) || expiresS < 1 || expiresS > PRESIGNED_EXPIRES_MAX_S) {
    throw incomplete(`X-Amz-Expires must be between 1 and ${PRESIGNED_EXPIRES_MAX_S} seconds`)
  }
  return { ...complete, sessionToken: query.get('X-Amz-Security-Token') ?? undefined, expiresS }
}

const HEADER_COMPLAINTS: Readonly<Record<keyof SignatureParts, string>> = {
  credential: "Authorization header requires 'Credential' parameter.",
  signature: "Authorization header requires 'Signature' parameter.",
  signedHeaders: "Authorization header requires 'SignedHeaders' parameter.",
  timestamp: "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
}

const PRESIGNED_COMPLAINTS: Readonly<Record<keyof SignatureParts, string>> = {
  credential: "AWS query-string parameters must include 'X-Amz-Credential'.",
  signature: "AWS query-string parameters must include 'X-Amz-Signature'.",
  signedHeaders: "AWS query-string parameters must include 'X-Amz-SignedHeaders'.",
  timestamp: "AWS query-string parameters must include 'X-Amz-Date' in the form yyyymmddThhmmssZ.",
}

function completed(
  parts: SignatureParts,
  complaints: Readonly<Record<keyof SignatureParts, string>>,
): Omit<ClaimedSignature, 'sessionToken' | 'expiresS'> {
  const { credential = '', signature = '', signedHeaders = '', timestamp = '' } = parts
  const missing = Object.entries({ credential, signature, signedHeaders, timestamp }).filter(
    ([, text]) => text === '',
  )
  if (missing.length > 0) {
    throw incomplete(missing.map(([part]) => complaints[part as keyof SignatureParts]).join(' '))
  }
  return {
    ...parseCredential(credential),
    signedHeaders: signedHeaders.split(';').map((name) => name.toLowerCase()),
    signature,
    timestamp,
  }
}

/** Access keys never hold a slash, so the scope is the last four parts. */
function parseCredential(
  credential: string,
): Pick<ClaimedSignature, 'accessKeyId' | 'scopeDate' | 'region' | 'service'> {
  const [accessKeyId, scopeDate, region, service, terminator, ...rest] = credential.split('/')
  const complete = accessKeyId !== undefined && accessKeyId !== '' && region !== undefined && region !== ''
  if (!complete || scopeDate === undefined || service === undefined || rest.length > 0) {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    )
  }
  if (terminator !== 'aws4_request') {
    throw incomplete(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'.`,
    )
  }
  return { accessKeyId, scopeDate, region, service }
}

/** @returns the signing time in the compact form, or undefined when there is none that can be read. */
function timestampOf(headers: IncomingHttpHeaders): string | undefined {
  const amzDate = singleHeader(headers, 'x-amz-date') ?? headers.date ?? ''
  if (TIMESTAMP.test(amzDate)) return amzDate
  const date = new Date(amzDate)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replaceAll(/[-:]|\.\d+/g, '')
}

function singleHeader(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

function incomplete(message: string): ApiError {
  return new ApiError('IncompleteSignatureException', message)
}

function checkAlgorithm(algorithm: string): void {
  if (algorithm !== ALGORITHM) throw incomplete(`Unsupported AWS 'algorithm': '${algorithm}'.`)
}
