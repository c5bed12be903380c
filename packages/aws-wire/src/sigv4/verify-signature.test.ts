import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import { describe, expect, test } from 'vitest'
import { ACCESS_KEY, lookupAccessKey, PRINCIPAL } from '../../test-support/wire-fixture.ts'
import { ApiError } from '../api-error.ts'
import type { WireRequest } from '../protocols/protocol.ts'
import type { CredentialLookup } from './credentials.ts'
import { CLOCK_SKEW_MAX_MS, SignatureVerifier } from './verify-signature.ts'

const SIGNED_AT_MS = Date.UTC(2026, 7, 30, 12, 36, 0)
const HOST = '127.0.0.1:4566'
const BODY = '{"cluster":"default"}'

function verifierAt(nowMs: number, credentials: CredentialLookup = lookupAccessKey): SignatureVerifier {
  return new SignatureVerifier({ credentials, now: () => nowMs })
}

interface SignOptions {
  readonly sessionToken?: string
  readonly region?: string
}

function signer(options: SignOptions = {}): SignatureV4 {
  const { sessionToken, region = 'eu-central-1' } = options
  const token = sessionToken === undefined ? {} : { sessionToken }
  return new SignatureV4({
    service: 'ecs',
    region,
    credentials: { ...ACCESS_KEY, ...token },
    sha256: Sha256 as never,
  })
}

const REQUEST = {
  method: 'POST',
  protocol: 'http:',
  hostname: HOST,
  path: '/',
  query: {},
  headers: {
    host: HOST,
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'AmazonEC2ContainerServiceV20141113.DescribeClusters',
  },
  body: BODY,
}

async function signedRequest(options: SignOptions = {}): Promise<WireRequest> {
  const signed = await signer(options).sign(REQUEST, { signingDate: new Date(SIGNED_AT_MS) })
  return { method: 'POST', url: '/', headers: signed.headers, body: Buffer.from(BODY) }
}

async function presignedRequest(expiresIn: number, options: SignOptions = {}): Promise<WireRequest> {
  const request = {
    ...REQUEST,
    method: 'GET',
    headers: { host: HOST },
    query: { Action: 'X', Name: 'a b+c/ü' },
  }
  const signed = await signer(options).presign({ ...request, body: '' } as never, {
    signingDate: new Date(SIGNED_AT_MS),
    expiresIn,
  })
  const query = Object.entries(signed.query ?? {})
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`)
    .join('&')
  return { method: 'GET', url: `/?${query}`, headers: { host: HOST }, body: Buffer.alloc(0) }
}

async function refusal(request: WireRequest, verifier = verifierAt(SIGNED_AT_MS), service = 'ecs') {
  const error: unknown = await verifier.verify(request, service).catch((failure: unknown) => failure)
  return error instanceof ApiError ? `${error.code}: ${error.message}` : 'accepted'
}

// From AWS's published test suite for SigV4; its signing date is 2015-08-30T12:36:00Z.
const SUITE: readonly (readonly [
  name: string,
  request: Partial<WireRequest>,
  headers: string,
  signature: string,
])[] = [
  [
    'get-vanilla',
    { method: 'GET', url: '/' },
    'host;x-amz-date',
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  ],
  [
    'get-vanilla-query-order-key-case',
    { method: 'GET', url: '/?Param2=value2&Param1=value1' },
    'host;x-amz-date',
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'get-utf8',
    { method: 'GET', url: '/ሴ' },
    'host;x-amz-date',
    '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
  ],
  [
    'get-header-value-trim',
    { method: 'GET', url: '/', headers: { 'my-header1': 'value1', 'my-header2': '"a   b   c"' } },
    'host;my-header1;my-header2;x-amz-date',
    'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  ],
  [
    'post-vanilla',
    { method: 'POST', url: '/' },
    'host;x-amz-date',
    '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  ],
  [
    'post-x-www-form-urlencoded',
    {
      method: 'POST',
      url: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from('Param1=value1'),
    },
    'content-type;host;x-amz-date',
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
]

describe('verify in the header form', () => {
  test.each(SUITE)('accepts %s of the AWS test suite', async (...[, request, signedHeaders, signature]) => {
    const verifier = verifierAt(Date.UTC(2015, 7, 30, 12, 36, 0))
    const credential = 'Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request'
    const wire: WireRequest = {
      method: '',
      url: '',
      body: Buffer.alloc(0),
      ...request,
      headers: {
        host: 'example.amazonaws.com',
        'x-amz-date': '20150830T123600Z',
        ...request.headers,
        authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
      },
    }
    await expect(verifier.verify(wire, 'service')).resolves.toMatchObject({ region: 'us-east-1' })
  })

  test('tells key, region and principal when the signature is right', async () => {
    const verified = await verifierAt(SIGNED_AT_MS).verify(
      await signedRequest({ region: 'my-rack-3' }),
      'ecs',
    )
    expect(verified).toMatchObject({
      accessKeyId: ACCESS_KEY.accessKeyId,
      region: 'my-rack-3',
      credential: { principal: PRINCIPAL },
    })
  })

  test('gives the session token to the lookup', async () => {
    const seen: unknown[] = []
    const lookup: CredentialLookup = (accessKeyId, sessionToken) => {
      seen.push(sessionToken)
      return lookupAccessKey(accessKeyId, sessionToken)
    }
    await verifierAt(SIGNED_AT_MS, lookup).verify(await signedRequest({ sessionToken: 'token-1' }), 'ecs')
    await verifierAt(SIGNED_AT_MS, lookup).verify(await signedRequest(), 'ecs')
    expect(seen).toEqual(['token-1', undefined])
  })

  const tamperings: readonly (readonly [string, (request: WireRequest) => WireRequest])[] = [
    ['body', (request) => ({ ...request, body: Buffer.from('{"cluster":"other"}') })],
    ['method', (request) => ({ ...request, method: 'PUT' })],
    ['path', (request) => ({ ...request, url: '/other' })],
    ['query', (request) => ({ ...request, url: '/?a=b' })],
    ['content type', (request) => withHeader(request, 'content-type', 'application/x-amz-json-1.0')],
    [
      'target',
      (request) => withHeader(request, 'x-amz-target', 'AmazonEC2ContainerServiceV20141113.DeleteCluster'),
    ],
    ['host', (request) => withHeader(request, 'host', 'elsewhere')],
    ['signature', (request) => withAuthorization(request, /.$/, (digit) => (digit === '0' ? '1' : '0'))],
    [
      'length of the signature',
      (request) => withAuthorization(request, /Signature=.*/, () => 'Signature=ab'),
    ],
    ['region', (request) => withAuthorization(request, /eu-central-1/, () => 'eu-west-1')],
  ]
  test.each(tamperings)('refuses a request when its %s was changed', async (_what, tamper) => {
    expect(await refusal(tamper(await signedRequest()))).toContain(
      'InvalidSignatureException: The request signature we calculated does not match',
    )
  })

  test('refuses when the secret is another', async () => {
    const lookup: CredentialLookup = async () => ({ secretAccessKey: 'other', principal: PRINCIPAL })
    expect(await refusal(await signedRequest(), verifierAt(SIGNED_AT_MS, lookup))).toContain('does not match')
  })

  test('refuses an unknown key', async () => {
    const lookup: CredentialLookup = async () => undefined
    expect(await refusal(await signedRequest(), verifierAt(SIGNED_AT_MS, lookup))).toBe(
      'UnrecognizedClientException: The security token included in the request is invalid.',
    )
  })

  test('refuses a key from the moment it expires', async () => {
    const expiring: CredentialLookup = async () => ({
      secretAccessKey: ACCESS_KEY.secretAccessKey,
      principal: PRINCIPAL,
      expiresAtMs: SIGNED_AT_MS,
    })
    const request = await signedRequest()
    expect(await refusal(request, verifierAt(SIGNED_AT_MS - 1, expiring))).toBe('accepted')
    expect(await refusal(request, verifierAt(SIGNED_AT_MS, expiring))).toBe(
      'ExpiredTokenException: The security token included in the request is expired',
    )
  })

  test('accepts clocks up to 15 minutes apart and no more', async () => {
    const request = await signedRequest()
    expect(await refusal(request, verifierAt(SIGNED_AT_MS + CLOCK_SKEW_MAX_MS))).toBe('accepted')
    expect(await refusal(request, verifierAt(SIGNED_AT_MS - CLOCK_SKEW_MAX_MS))).toBe('accepted')
    expect(await refusal(request, verifierAt(SIGNED_AT_MS + CLOCK_SKEW_MAX_MS + 1))).toBe(
      'InvalidSignatureException: Signature expired: 20260830T123600Z is now earlier than ' +
        '20260830T123600Z (20260830T125100Z - 15 min.)',
    )
    expect(await refusal(request, verifierAt(SIGNED_AT_MS - CLOCK_SKEW_MAX_MS - 1))).toContain(
      'InvalidSignatureException: Signature not yet current',
    )
  })

  test('refuses the scope of another service', async () => {
    expect(await refusal(await signedRequest(), verifierAt(SIGNED_AT_MS), 'sts')).toContain(
      "InvalidSignatureException: Credential should be scoped to correct service: 'sts'",
    )
  })

  test('refuses a scope of another day than the signing date', async () => {
    const request = withAuthorization(await signedRequest(), /20260830/, () => '20260829')
    expect(await refusal(request)).toContain('InvalidSignatureException: Date in Credential scope')
  })

  test('refuses a target that is not signed', async () => {
    const request = withAuthorization(await signedRequest(), /;x-amz-target/, () => '')
    expect(await refusal(request)).toContain("'x-amz-target' must be a 'SignedHeader'")
  })

  test.each(['UNSIGNED-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'])(
    'refuses the payload mode %s by name',
    async (mode) => {
      expect(await refusal(withHeader(await signedRequest(), 'x-amz-content-sha256', mode))).toContain(mode)
    },
  )

  const malformed: readonly (readonly [string, string])[] = [
    ['MissingAuthenticationTokenException', ''],
    ['IncompleteSignatureException', 'AWS4-HMAC-SHA256'],
    ['IncompleteSignatureException', 'Basic dXNlcjpwYXNz'],
    ['IncompleteSignatureException', 'AWS4-ECDSA-P256-SHA256 Credential=a/b/c/d/aws4_request'],
    ['IncompleteSignatureException', 'AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=00'],
    [
      'IncompleteSignatureException',
      'AWS4-HMAC-SHA256 Credential=a/b/c/d/e/f, SignedHeaders=host, Signature=00',
    ],
    [
      'IncompleteSignatureException',
      'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws3, SignedHeaders=host, Signature=00',
    ],
    ['IncompleteSignatureException', 'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, Signature=00'],
  ]
  test.each(malformed)('answers %s to the authorization "%s"', async (code, authorization) => {
    const { authorization: _signed, ...headers } = (await signedRequest()).headers
    const request = {
      ...(await signedRequest()),
      headers: authorization === '' ? headers : { ...headers, authorization },
    }
    expect(await refusal(request)).toMatch(new RegExp(`^${code}: `))
  })

  test('reads the date from the Date header when there is no other', async () => {
    const { 'x-amz-date': _date, ...headers } = (await signedRequest()).headers
    const request = {
      ...(await signedRequest()),
      headers: { ...headers, date: new Date(SIGNED_AT_MS).toUTCString() },
    }
    // Signed over x-amz-date, so it can't match; but it is dated.
    expect(await refusal(request)).toContain('does not match')
    const { date: _none, ...undated } = request.headers
    expect(await refusal({ ...request, headers: undated })).toContain('IncompleteSignatureException')
  })
})

describe('verify in the presigned form', () => {
  test('accepts the URL until it expires', async () => {
    const request = await presignedRequest(60)
    expect(await refusal(request)).toBe('accepted')
    expect(await refusal(request, verifierAt(SIGNED_AT_MS + 60_000))).toBe('accepted')
    expect(await refusal(request, verifierAt(SIGNED_AT_MS + 60_001))).toContain(
      'InvalidSignatureException: Signature expired',
    )
  })

  test('accepts a URL older than the clock skew while it lasts', async () => {
    const request = await presignedRequest(3_600)
    expect(await refusal(request, verifierAt(SIGNED_AT_MS + 3_599_000))).toBe('accepted')
  })

  test('accepts a URL with a session token, which the lookup sees', async () => {
    const request = await presignedRequest(60, { sessionToken: 'token/+=1' })
    const seen: unknown[] = []
    const lookup: CredentialLookup = (accessKeyId, sessionToken) => {
      seen.push(sessionToken)
      return lookupAccessKey(accessKeyId, sessionToken)
    }
    expect(await refusal(request, verifierAt(SIGNED_AT_MS, lookup))).toBe('accepted')
    expect(seen).toEqual(['token/+=1'])
  })

  test.each([
    ['an argument changed', (url: string) => url.replace('Action=X', 'Action=Y')],
    ['an argument added', (url: string) => `${url}&More=1`],
    ['its life extended', (url: string) => url.replace('X-Amz-Expires=60', 'X-Amz-Expires=61')],
  ])('refuses a URL with %s', async (_what, change) => {
    const request = await presignedRequest(60)
    expect(await refusal({ ...request, url: change(request.url) })).toContain('does not match')
  })

  test.each(['0', '604801', '-1', '1.5', 'x', ''])('refuses a life of "%s" seconds', async (expires) => {
    const request = await presignedRequest(60)
    const url = request.url.replace('X-Amz-Expires=60', `X-Amz-Expires=${expires}`)
    expect(await refusal({ ...request, url })).toContain('IncompleteSignatureException: X-Amz-Expires')
  })

  test('refuses a URL that lacks its signature', async () => {
    const request = await presignedRequest(60)
    const url = request.url.replace(/&X-Amz-Signature=[^&]*/, '')
    expect(await refusal({ ...request, url })).toContain("must include 'X-Amz-Signature'")
  })
})

function withHeader(request: WireRequest, name: string, value: string): WireRequest {
  return { ...request, headers: { ...request.headers, [name]: value } }
}

function withAuthorization(request: WireRequest, what: RegExp, by: (found: string) => string): WireRequest {
  return withHeader(request, 'authorization', (request.headers.authorization ?? '').replace(what, by))
}
