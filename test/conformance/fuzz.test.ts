/**
 * Goal: whatever is sent, nothing breaks: no answer is the server's fault, no refused request leaves anything behind.
 * Method: bodies made from the model of every operation, some members of a wrong type, some bodies no JSON, sent in turn
 * over loopback HTTP to an api whose durable state counts what is written. The seed is in every message; repeat a run
 * with HOMEPORT_FUZZ_SEED, and send more with HOMEPORT_FUZZ_REQUESTS.
 */
import { inspect } from 'node:util'
import {
  CreateClusterCommand,
  ECSClient,
  ListClustersCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs'
import { create } from '@bufbuild/protobuf'
import { startApiOn } from '@homeport/api'
import { loadService, type OperationModel } from '@homeport/aws-wire'
import {
  Lifecycle,
  type Random,
  Registry,
  seededIds,
  seededRandom,
  silentLogger,
  systemClock,
  systemRandom,
} from '@homeport/runtime'
import { TransactionBuilder } from '@homeport/store'
import { createMemoryState, startFakeScheduler } from '@homeport/testkit'
import { ContainerInstanceSchema, ContainerInstanceStatus } from '@homeport/wire/types'
import { afterAll, expect, it } from 'vitest'

const REQUEST_COUNT = Number(process.env['HOMEPORT_FUZZ_REQUESTS'] ?? 10_000)
const SEED = Number(process.env['HOMEPORT_FUZZ_SEED'] ?? Math.floor(systemRandom.next() * 2 ** 31))
const ACCOUNT_ID = '123456789012'
const REGION = 'eu-central-1'
const ROOT = { accessKeyId: 'AKIAROOT', secretAccessKey: 'top-secret' }
const ARN = `arn:aws:ecs:${REGION}:${ACCOUNT_ID}`
const INSTANCE_ID = 'a'.repeat(32)
const TIMEOUT_MS = 120_000 + REQUEST_COUNT * 60

const lifecycle = new Lifecycle()
afterAll(() => lifecycle.stop())

type Shape = OperationModel['input'] | OperationModel['input']['members'][number]['shape']

const TEXTS = [
  [
    'default',
    'web',
    'web:1',
    'web:99',
    'a/b',
    '/',
    ':',
    '',
    ' ',
    '..',
    '__proto__',
    'constructor',
    INSTANCE_ID,
  ],
  [`${ARN}:cluster/default`, `${ARN}:cluster/`, `${ARN}:service/default/web`, `${ARN}:task-definition/web:1`],
  [
    `${ARN}:container-instance/default/${INSTANCE_ID}`,
    `${ARN}:service-deployment/default/web/1`,
    'arn:',
    'arn:aws',
  ],
  [
    'EC2',
    'EXTERNAL',
    'RUNNING',
    'STOPPED',
    'ACTIVE',
    'DRAINING',
    'memberOf',
    'spread',
    'tcp',
    'TAGS',
    'containerInsights',
  ],
  [
    'container-instance',
    'attribute:x == y',
    '((',
    '🚢\u0000',
    '\ud800',
    'x'.repeat(3_000),
    '1',
    'enabled',
    'NaN',
  ],
].flat()
const NUMBERS = [0, 1, 2, 10, 64, 100, 101, 65_536, 2 ** 31, 2 ** 53, -1, 0.5, 1e300]
/** Values that are of the wrong type almost everywhere. */
const STRANGERS: readonly unknown[] = [null, true, 'text', 7, [], {}, [[]], [null], { a: { b: [] } }]
const BODIES = [
  '',
  '{',
  '[]',
  'null',
  '"x"',
  '{"a":}',
  '{} {}',
  '\u0000',
  '['.repeat(5_000),
  `{"cluster":"${'x'.repeat(100_000)}"}`,
]

/** Makes one request's body. */
class BodyMaker {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  body(input: OperationModel['input']): string {
    if (this.#isOneIn(40)) return this.#pick(BODIES)
    return JSON.stringify(this.#structure(input, 0)) ?? ''
  }

  #structure(shape: OperationModel['input'], depth: number): Record<string, unknown> {
    const value: Record<string, unknown> = {}
    for (const member of shape.members) {
      if (!this.#isOneIn(member.required ? 1.1 : 3 + depth)) continue
      value[member.name] = this.#isOneIn(40) ? this.#pick(STRANGERS) : this.#value(member.shape, depth + 1)
    }
    if (this.#isOneIn(30)) value[this.#pick(TEXTS)] = this.#pick(STRANGERS)
    return value
  }

  #value(shape: Shape, depth: number): unknown {
    switch (shape.kind) {
      case 'string':
        return this.#pick(TEXTS)
      case 'number':
      case 'timestamp':
        return this.#pick(NUMBERS)
      case 'boolean':
        return this.#isOneIn(2)
      case 'list':
        return depth > 5 ? [] : this.#many(() => this.#value(shape.element, depth + 1))
      case 'map':
        return Object.fromEntries(
          this.#many(() => [this.#pick(TEXTS), this.#value(shape.value, depth + 1)] as const),
        )
      case 'structure':
        return depth > 5 ? {} : this.#structure(shape, depth)
      case 'blob':
      case 'document':
        return this.#pick(STRANGERS)
    }
  }

  #many<Item>(make: () => Item): Item[] {
    const length = this.#isOneIn(50) ? 120 : Math.floor(this.#random.next() * 4)
    return Array.from({ length }, make)
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random.next() * items.length)] as Item
  }

  #isOneIn(count: number): boolean {
    return this.#random.next() * count < 1
  }
}

/** What a request was answered: the error's name, or `ok`. */
interface Answer {
  readonly status: number
  readonly name: string
  readonly message: string
}

/** A client whose requests have the operation and body that `send` is given, signed like any other. */
function rawClient(endpoint: string): {
  ecs: ECSClient
  send(operation: string, body: string): Promise<Answer>
} {
  const ecs = new ECSClient({ endpoint, region: REGION, credentials: ROOT, maxAttempts: 1 })
  let replaced: { readonly operation: string; readonly body: string } | undefined
  ecs.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: unknown; headers: Record<string, string> }
      if (replaced !== undefined) {
        request.body = replaced.body
        request.headers['x-amz-target'] = `AmazonEC2ContainerServiceV20141113.${replaced.operation}`
        request.headers['content-length'] = String(Buffer.byteLength(replaced.body))
      }
      return next(args)
    },
    { step: 'build', priority: 'low', name: 'replaceBody' },
  )
  return {
    ecs,
    async send(operation, body) {
      replaced = { operation, body }
      try {
        const { $metadata } = await ecs.send(new ListClustersCommand({}))
        return { status: $metadata.httpStatusCode ?? 0, name: 'ok', message: '' }
      } catch (error) {
        const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } }
        return { status: $metadata?.httpStatusCode ?? 0, name, message }
      } finally {
        replaced = undefined
      }
    },
  }
}

/** An api with a cluster, a task definition and an instance, over state that counts what is written. */
async function startSubject() {
  const state = createMemoryState()
  const scheduler = lifecycle.own(await startFakeScheduler(state, systemClock))
  const failures: string[] = []
  const logger = {
    ...silentLogger,
    error: (fields: unknown, text: unknown) => failures.push(`${String(text)} ${inspect(fields)}`),
  }
  const api = lifecycle.own(
    await startApiOn(
      { reader: state.reader, writer: state.writer, unhealthyReason: () => undefined },
      {
        schedulerAddress: scheduler.address,
        accountId: ACCOUNT_ID,
        host: '127.0.0.1',
        port: 0,
        rootCredentials: ROOT,
      },
      {
        clock: systemClock,
        random: seededRandom(SEED),
        ids: seededIds(seededRandom(SEED)),
        logger: logger as unknown as typeof silentLogger,
        registry: new Registry(),
      },
    ),
  )
  const client = rawClient(api.url)
  lifecycle.defer(() => client.ecs.destroy())
  await client.ecs.send(new CreateClusterCommand({}))
  const containerDefinitions = [{ name: 'web', image: 'x', memory: 6 }]
  await client.ecs.send(new RegisterTaskDefinitionCommand({ family: 'web', containerDefinitions }))
  const instance = create(ContainerInstanceSchema, {
    accountId: ACCOUNT_ID,
    region: REGION,
    cluster: 'default',
    instanceId: INSTANCE_ID,
    status: ContainerInstanceStatus.ACTIVE,
  })
  await state.writer.commit(new TransactionBuilder().insert('containerInstances', instance))
  return { state, client, failures }
}

/** `fine`, or what is wrong with an answer to a request that wrote so many transactions. */
function verdictOn({ status, name }: Answer, writtenCount: number): string {
  if (status === 200) return 'fine'
  if (status !== 400) return 'neither a success nor a refusal'
  if (name === '' || name === 'InvalidSignatureException') return 'a refusal of the wrong thing'
  return writtenCount === 0 ? 'fine' : 'refused, but something was written'
}

it(
  `every operation answers ${REQUEST_COUNT} malformed and random requests (seed ${SEED})`,
  async () => {
    const { state, client, failures } = await startSubject()
    const random = seededRandom(SEED)
    const maker = new BodyMaker(random)
    const operations = [...(await loadService('ecs')).operations.values()]
    const answered = new Map<string, number>()
    for (let index = 0; index < REQUEST_COUNT; index += 1) {
      const operation = operations[index % operations.length] as OperationModel
      const body = maker.body(operation.input)
      const before = state.applied.length
      const answer = await client.send(operation.name, body)
      const { status, name, message } = answer
      const told = `request ${index} of seed ${SEED}: ${operation.name} ${body.slice(0, 2_000)} was answered ${status} ${name} ${message}; ${failures.join('; ')}`
      expect(verdictOn(answer, state.applied.length - before), told).toBe('fine')
      answered.set(name, (answered.get(name) ?? 0) + 1)
    }
    expect(failures, `seed ${SEED}`).toEqual([])
    expect(answered.get('ok') ?? 0, 'requests that were right').toBeGreaterThan(0)
    expect(answered.get('SerializationException') ?? 0, 'requests of wrong types').toBeGreaterThan(0)
    expect((await client.send('ListClusters', '{}')).name).toBe('ok')
  },
  TIMEOUT_MS,
)
