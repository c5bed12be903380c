/**
 * SigV4 on the server: the signature is computed anew from the request and the key's secret, and
 * compared in constant time. Both forms are taken, the `Authorization` header and the presigned URL.
 *
 * The body's hash is always computed here and never believed from `x-amz-content-sha256`, so unsigned
 * and streamed payloads (an S3 invention) can't match and are refused by name. The region is free-form:
 * whatever the scope says is the region of the request.
 *
 * Rejected: turning round the SDK's signer. It leaves out headers that it would not sign itself,
 * whatever the request says was signed.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { ApiError } from '../api-error.ts'
import type { WireRequest } from '../protocols/protocol.ts'
import { canonicalRequest } from './canonical-request.ts'
import type { Credential, CredentialLookup } from './credentials.ts'
import { ALGORITHM, type ClaimedSignature, parseSignature } from './parse-signature.ts'
import { hmac, SigningKeys } from './signing-key.ts'

/** How far a client's clock may be from ours, either way: AWS's 15 minutes. */
export const CLOCK_SKEW_MAX_MS: number = 15 * 60_000

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret ' +
  'Access Key and signing method. Consult the service documentation for details.'

/** A signature that has been verified. */
export interface VerifiedSignature {
  readonly accessKeyId: string
  readonly region: string
  readonly credential: Credential
}

/** Dependencies of a verifier. */
export interface SignatureVerifierOptions {
  readonly credentials: CredentialLookup
  /** Clock ms since the epoch. */
  readonly now: () => number
}

/** Verifies the signatures of requests. */
export class SignatureVerifier {
  readonly #options: SignatureVerifierOptions
  readonly #keys = new SigningKeys()

  constructor(options: SignatureVerifierOptions) {
    this.#options = options
  }

  /**
   * `signingName` is the service that the request turned out to be for.
   * @throws {ApiError} MissingAuthenticationTokenException, IncompleteSignatureException,
   * InvalidSignatureException, UnrecognizedClientException or ExpiredTokenException.
   */
  async verify(request: WireRequest, signingName: string): Promise<VerifiedSignature> {
    const claimed = parseSignature(request.url, request.headers)
    const nowMs = this.#options.now()
    checkPayloadMode(request)
    checkSignedHeaders(request, claimed)
    checkScope(claimed, signingName)
    checkAge(claimed, nowMs)
    const credential = await this.#options.credentials(claimed.accessKeyId, claimed.sessionToken)
    if (credential === undefined) {
      throw new ApiError(
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      )
    }
    if (!this.#matches(request, claimed, credential)) throw invalid(MISMATCH)
    // Only who holds the secret learns that a key has expired.
    if (credential.expiresAtMs !== undefined && nowMs >= credential.expiresAtMs) {
      throw new ApiError('ExpiredTokenException', 'The security token included in the request is expired')
    }
    return { accessKeyId: claimed.accessKeyId, region: claimed.region, credential }
  }

  #matches(request: WireRequest, claimed: ClaimedSignature, credential: Credential): boolean {
    const scope = `${claimed.scopeDate}/${claimed.region}/${claimed.service}/aws4_request`
    const hash = createHash('sha256').update(canonicalRequest(request, claimed)).digest('hex')
    const key = this.#keys.derive(credential.secretAccessKey, claimed)
    const expected = hmac(key, `${ALGORITHM}\n${claimed.timestamp}\n${scope}\n${hash}`)
    const given = Buffer.from(claimed.signature, 'hex')
    return given.length === expected.length && timingSafeEqual(given, expected)
  }
}

function checkPayloadMode(request: WireRequest): void {
  const mode = request.headers['x-amz-content-sha256']
  if (typeof mode === 'string' && (mode === 'UNSIGNED-PAYLOAD' || mode.startsWith('STREAMING-'))) {
    throw invalid(`The payload must be signed as a whole: x-amz-content-sha256 '${mode}' is not supported.`)
  }
}

/** What decides the meaning of a request must be under its signature. */
function checkSignedHeaders(request: WireRequest, claimed: ClaimedSignature): void {
  const decisive = ['host', 'x-amz-target', 'x-amz-security-token']
  for (const name of decisive) {
    if (request.headers[name] !== undefined && !claimed.signedHeaders.includes(name)) {
      throw invalid(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`)
    }
  }
}

function checkScope(claimed: ClaimedSignature, signingName: string): void {
  if (claimed.service !== signingName) {
    throw invalid(`Credential should be scoped to correct service: '${signingName}'. `)
  }
  if (!claimed.timestamp.startsWith(claimed.scopeDate)) {
    throw invalid(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ` +
        `'${claimed.scopeDate}' != '${claimed.timestamp.slice(0, 8)}', from '${claimed.timestamp}'.`,
    )
  }
}

function checkAge(claimed: ClaimedSignature, nowMs: number): void {
  const signedMs = parseTimestamp(claimed.timestamp)
  const lifeMs = claimed.expiresS === undefined ? CLOCK_SKEW_MAX_MS : claimed.expiresS * 1_000
  if (nowMs > signedMs + lifeMs) {
    const limit = `${compactTimestamp(nowMs - lifeMs)} (${compactTimestamp(nowMs)} - ${lifeMs / 60_000} min.)`
    throw invalid(`Signature expired: ${claimed.timestamp} is now earlier than ${limit}`)
  }
  if (signedMs > nowMs + CLOCK_SKEW_MAX_MS || Number.isNaN(signedMs)) {
    const limit = `${compactTimestamp(nowMs + CLOCK_SKEW_MAX_MS)} (${compactTimestamp(nowMs)} + 15 min.)`
    throw invalid(`Signature not yet current: ${claimed.timestamp} is still later than ${limit}`)
  }
}

function parseTimestamp(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}

function compactTimestamp(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, '')
}

function invalid(message: string): ApiError {
  return new ApiError('InvalidSignatureException', message)
}
