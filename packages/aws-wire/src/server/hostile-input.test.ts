// Goal: nothing that a client sends makes the server fail (5xx) or die. Method: seeded random bytes, broken
// and absurdly nested bodies under every protocol and wrong content types, correctly signed, because what
// isn't signed is refused before it is read. The dispatcher is driven without sockets, so that thousands
// of requests take seconds.
import type { RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs'
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import type { HttpRequest } from '@smithy/types'
import { beforeAll, describe, expect, test } from 'vitest'
import { SeededRandom } from '../../test-support/generate-value.ts'
import { ACCESS_KEY, type AnyHandler, lookupAccessKey } from '../../test-support/wire-fixture.ts'
import type { WireResponse } from '../protocols/protocol.ts'
import { selectProtocol } from '../protocols/select-protocol.ts'
import { loadService } from '../registry/load-service.ts'
import { Dispatcher } from './dispatcher.ts'

const SEED = Number(process.env['WIRE_SEED'] ?? 20_261_121)
const NOW_MS = Date.UTC(2026, 7, 30)
const ROUNDS = 400

const failures: unknown[] = []
let lastInput: unknown
let dispatcher: Dispatcher

beforeAll(async () => {
  const services = await Promise.all(
    (['ecs', 'cloudwatch', 'iam'] as const).map(async (name) => {
      const model = await loadService(name)
      // Echoes what it understood, so that odd inputs pass through the writers too.
      const echo: AnyHandler = async (input) => {
        lastInput = input
        return input
      }
      const handlers = new Map([...model.operations.keys()].map((operation) => [operation, echo]))
      return { model, handlers, validation: () => undefined }
    }),
  )
  dispatcher = new Dispatcher({
    services,
    credentials: lookupAccessKey,
    clock: { now: () => NOW_MS, monotonic: () => 0 },
    newRequestId: () => 'request',
    defaultRegion: 'us-east-1',
    hooks: { onInternalError: (error) => failures.push(error) },
  })
})

const JSON_HEADERS = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': 'AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition',
}
const QUERY_HEADERS = { 'content-type': 'application/x-www-form-urlencoded' }
const CBOR_HEADERS = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' }
const CBOR_URL = '/service/GraniteServiceVersion20100801/operation/PutMetricData'

interface Sent {
  readonly url?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly service?: string
}

async function answer({ url = '/', headers, body, service = 'ecs' }: Sent): Promise<WireResponse> {
  const signer = new SignatureV4({
    service,
    region: 'eu-central-1',
    credentials: ACCESS_KEY,
    sha256: Sha256 as never,
  })
  const unsigned = { method: 'POST', protocol: 'http:', hostname: 'h', path: url, query: {} }
  const signed = await signer.sign({ ...unsigned, headers: { host: 'h', ...headers }, body } as HttpRequest, {
    signingDate: new Date(NOW_MS),
  })
  const request = { method: 'POST', url, headers: signed.headers, body }
  return dispatcher.dispatch(selectProtocol(url, signed.headers), request, {
    requestId: 'request',
    startedAtMs: 0,
    receivedAtMs: NOW_MS,
    signal: new AbortController().signal,
    sourceAddress: '',
  })
}

/** What the server itself did wrong with a request: empty, whatever was sent. */
async function failuresOf(sent: Sent): Promise<readonly unknown[]> {
  failures.length = 0
  const { status } = await answer(sent)
  return status < 500 ? [...failures] : [...failures, `status ${status}`]
}

function randomBytes(random: SeededRandom): Buffer {
  return Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256)))
}

describe('dispatch', () => {
  const envelopes: readonly (readonly [string, Omit<Sent, 'body'>])[] = [
    ['JSON', { headers: JSON_HEADERS }],
    ['query', { headers: QUERY_HEADERS, service: 'iam' }],
    ['CBOR', { headers: CBOR_HEADERS, url: CBOR_URL, service: 'monitoring' }],
    ['an unknown content type', { headers: { ...JSON_HEADERS, 'content-type': 'image/png' } }],
    ['gzip that is none', { headers: { ...JSON_HEADERS, 'content-encoding': 'gzip' } }],
    ['an unknown encoding', { headers: { ...JSON_HEADERS, 'content-encoding': 'br' } }],
  ]
  test.each(envelopes)(
    `answers random bytes as %s without failing (seed ${SEED})`,
    async (_name, envelope) => {
      const random = new SeededRandom(SEED)
      for (let round = 0; round < ROUNDS; round += 1) {
        const body = randomBytes(random)
        expect({ round, failures: await failuresOf({ ...envelope, body }) }).toEqual({ round, failures: [] })
      }
    },
  )

  test('answers every truncation of a JSON body without failing', async () => {
    const whole = JSON.stringify({
      family: 'wéb',
      containerDefinitions: [
        { name: 'a', image: 'b', environment: [{ name: 'A', value: '🎉' }], dockerLabels: { k: 'v' } },
      ],
    })
    const bytes = Buffer.from(whole)
    for (let length = 1; length < bytes.length; length += 1) {
      const response = await answer({ headers: JSON_HEADERS, body: bytes.subarray(0, length) })
      expect(response).toMatchObject({ status: 400, body: expect.stringContaining('SerializationException') })
    }
    expect(await answer({ headers: JSON_HEADERS, body: bytes })).toMatchObject({ status: 200 })
  })

  const VALUES = [
    'null',
    '0',
    '-1e999',
    '"text"',
    'true',
    '[]',
    '{}',
    '[null]',
    '{"__proto__":1}',
    '1e400',
    '""',
  ]
  test('answers every kind of value in every member without failing', async () => {
    const ecs = await loadService('ecs')
    for (const { name, input } of ecs.operations.values()) {
      const headers = { ...JSON_HEADERS, 'x-amz-target': `AmazonEC2ContainerServiceV20141113.${name}` }
      for (const [index, member] of input.members.entries()) {
        const value = VALUES[index % VALUES.length] ?? 'null'
        const body = Buffer.from(`{"${member.name}":${value}}`)
        expect({ name, failures: await failuresOf({ headers, body }) }).toEqual({ name, failures: [] })
      }
    }
  })

  const DEPTH = 100_000
  const nested: readonly (readonly [string, Sent])[] = [
    ['JSON lists', { headers: JSON_HEADERS, body: Buffer.from('['.repeat(DEPTH)) }],
    [
      'JSON in a document',
      {
        headers: { ...JSON_HEADERS, 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.CreateService' },
        body: Buffer.from(
          `{"deploymentConfiguration":{"lifecycleHooks":[{"hookDetails":${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}}]}}`,
        ),
      },
    ],
    [
      'query keys',
      {
        headers: QUERY_HEADERS,
        service: 'iam',
        body: Buffer.from(`Action=ListUsers&Version=2010-05-08&${'a.'.repeat(DEPTH)}=1`),
      },
    ],
    [
      'CBOR lists',
      { headers: CBOR_HEADERS, url: CBOR_URL, service: 'monitoring', body: Buffer.alloc(DEPTH, 0x81) },
    ],
    [
      'CBOR lengths that lie',
      {
        headers: CBOR_HEADERS,
        url: CBOR_URL,
        service: 'monitoring',
        body: Buffer.from('9bffffffffffffffff', 'hex'),
      },
    ],
  ]
  test.each(nested)('answers absurdly deep %s without failing', async (_name, sent) => {
    expect(await failuresOf(sent)).toEqual([])
  })

  test('keeps a map entry named __proto__ an entry', async () => {
    const body =
      '{"family":"a","containerDefinitions":[{"dockerLabels":{"__proto__":"x","constructor":"y"}}]}'
    expect(await failuresOf({ headers: JSON_HEADERS, body: Buffer.from(body) })).toEqual([])
    const [container] = (lastInput as RegisterTaskDefinitionCommandInput).containerDefinitions ?? []
    expect(Object.entries(container?.dockerLabels ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
  })

  test('reads lists of a form by position, whatever the gaps and order', async () => {
    const form =
      'Action=TagUser&Version=2010-05-08&UserName=u&Tags.member.9.Key=b&Tags.member.9.Value=2&Tags.member.1.Key=a&TagKeys='
    expect(await failuresOf({ headers: QUERY_HEADERS, service: 'iam', body: Buffer.from(form) })).toEqual([])
    expect(lastInput).toEqual({ UserName: 'u', Tags: [{ Key: 'a' }, { Key: 'b', Value: '2' }] })
  })
})
