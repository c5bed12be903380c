/**
 * Goal: whatever a client sends, it gets an answer that is its own fault or a success, and a refusal leaves nothing
 * behind. Method: inputs made from the model of each operation, of values that mean something to ECS and of
 * values that mean nothing, sent with the real SDK. fast-check prints the seed of a failure.
 */
import * as sdk from '@aws-sdk/client-ecs'
import { create } from '@bufbuild/protobuf'
import { loadService, type OperationModel } from '@homeport/aws-wire'
import { required } from '@homeport/base'
import { TransactionBuilder } from '@homeport/store'
import type { FakeScheduler, MemoryState } from '@homeport/testkit'
import { ContainerInstanceSchema, ContainerInstanceStatus } from '@homeport/wire/types'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ECS_ACTIONS } from './actions/table.ts'
import type { ApiServer } from './app.ts'
import { ACCOUNT_ID, ARN, REGION, startTestApi } from './testing/start-world.ts'

let state: MemoryState
let scheduler: FakeScheduler
let api: ApiServer
let ecs: sdk.ECSClient

beforeAll(async () => {
  ;({ state, scheduler, api, ecs } = await startTestApi())
  await ecs.send(new sdk.CreateClusterCommand({}))
  await ecs.send(
    new sdk.RegisterTaskDefinitionCommand({
      family: 'web',
      containerDefinitions: [{ name: 'web', image: 'x', memory: 6 }],
    }),
  )
  const instance = create(ContainerInstanceSchema, {
    accountId: ACCOUNT_ID,
    region: REGION,
    cluster: 'default',
    instanceId: 'a'.repeat(32),
    status: ContainerInstanceStatus.ACTIVE,
  })
  await state.writer.commit(new TransactionBuilder().insert('containerInstances', instance))
})

afterAll(async () => {
  ecs.destroy()
  await api.stop()
  await scheduler.stop()
})

type Shape = OperationModel['input'] | OperationModel['input']['members'][number]['shape']

const WORDS = [
  [
    'default',
    'web',
    'web:1',
    'web:0',
    'a/b',
    '/',
    ':',
    '',
    ' ',
    '..',
    '__proto__',
    'a'.repeat(32),
    'x'.repeat(2000),
  ],
  [
    `${ARN}:cluster/default`,
    `${ARN}:service/default/web`,
    `${ARN}:task-definition/web:1`,
    `${ARN}:task/`,
    'arn:',
  ],
  [
    'EC2',
    'EXTERNAL',
    'RUNNING',
    'STOPPED',
    'ACTIVE',
    'memberOf',
    'distinctInstance',
    'spread',
    'binpack',
    'tcp',
  ],
  [
    'START',
    'HEALTHY',
    'bridge',
    'host',
    'TAGS',
    'REPLICA',
    'json-file',
    'attribute:x == y',
    '((',
    'CMD',
    '🚢\u0000',
  ],
].flat()

const numbers = fc.oneof(
  fc.constantFrom(0, 1, 6, 64, 80, 100, 200, 8080, 65_536, 2 ** 31, -1, 0.5),
  fc.integer({ min: -10, max: 100_000 }),
)

function valuesOf(shape: Shape, depth: number): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'string':
      return fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...WORDS) }, fc.string({ maxLength: 20 }))
    case 'number':
      return numbers
    case 'boolean':
      return fc.boolean()
    case 'timestamp':
      return fc.date({ noInvalidDate: true })
    case 'list':
      return depth > 4 ? fc.constant([]) : fc.array(valuesOf(shape.element, depth + 1), { maxLength: 3 })
    case 'map':
      return fc.dictionary(fc.string({ maxLength: 8 }), valuesOf(shape.value, depth + 1), { maxKeys: 2 })
    case 'structure':
      return depth > 4 ? fc.constant({}) : structuresOf(shape, depth)
    case 'blob':
    case 'document':
      return fc.constant(undefined)
  }
}

/** Members are mostly absent, so that a request has a chance to be right; required ones mostly there. */
function structuresOf(shape: OperationModel['input'], depth: number): fc.Arbitrary<unknown> {
  const members = shape.members.map((member) => {
    const isLikely =
      member.required || ['name', 'image', 'memory', 'desiredCount', 'type'].includes(member.name)
    const value = valuesOf(member.shape, depth + 1)
    const weights = isLikely ? [9, 1] : [1, 9]
    const [present = 1, absent = 1] = weights
    return fc
      .oneof({ weight: present, arbitrary: value }, { weight: absent, arbitrary: fc.constant(undefined) })
      .map((chosen) => [member.name, chosen] as const)
  })
  return fc
    .tuple(...members)
    .map((entries) => Object.fromEntries(entries.filter(([, value]) => value !== undefined)))
}

/** Requests that are right, for operations of which hardly any random input is. */
const RIGHT: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  CreateService: { serviceName: 'web', taskDefinition: 'web', desiredCount: 1 },
  RegisterTaskDefinition: { family: 'web' },
  RunTask: { taskDefinition: 'web' },
  StartTask: { taskDefinition: 'web', containerInstances: ['a'.repeat(32)] },
  UpdateService: { service: 'web', desiredCount: 2 },
}

const CONTAINER = { name: 'web', image: 'x', memory: 64, portMappings: [{ containerPort: 80 }] }

/** `right` with up to three members of `shape` replaced. */
function mutationsOf(right: object, shape: OperationModel['input']): fc.Arbitrary<object> {
  const changes = shape.members.map((member) =>
    valuesOf(member.shape, 2).map((value) => ({ [member.name]: value })),
  )
  return fc.array(fc.oneof(...changes), { maxLength: 3 }).map((chosen) => Object.assign({}, right, ...chosen))
}

function nearlyRight(operation: OperationModel): fc.Arbitrary<object> {
  const request = mutationsOf(required(RIGHT[operation.name], 'a right request'), operation.input)
  const containers = operation.input.byName.get('containerDefinitions')?.shape
  if (containers?.kind !== 'list' || containers.element.kind !== 'structure') return request
  return fc
    .tuple(request, mutationsOf(CONTAINER, containers.element))
    .map(([mutated, container]) => ({ containerDefinitions: [container], ...mutated }))
}

type AnyCommand = new (input: unknown) => Parameters<typeof ecs.send>[0]

/** `fine`, or what is wrong with how the request was answered. */
async function verdictOn(command: InstanceType<AnyCommand>): Promise<string> {
  const before = state.applied.length
  try {
    await ecs.send(command)
    return 'fine'
  } catch (error) {
    const { name, message, $metadata } = error as sdk.ECSServiceException
    const isRefusal = $metadata?.httpStatusCode === 400 && message !== '' && name !== 'SerializationException'
    if (!isRefusal) return `not a refusal: ${$metadata?.httpStatusCode} ${name} ${message}`
    return state.applied.length === before ? 'fine' : `refused, but something was written: ${name} ${message}`
  }
}

it.each(Object.keys(ECS_ACTIONS))(
  '%s answers any input without failing and leaves nothing of a refusal',
  async (name) => {
    const { operations } = await loadService('ecs')
    const operation = required(operations.get(name), 'the operation')
    const Command = Reflect.get(sdk, `${name}Command`) as AnyCommand
    await fc.assert(
      fc.asyncProperty(structuresOf(operation.input, 0), async (input) => {
        expect(await verdictOn(new Command(input))).toBe('fine')
      }),
      { numRuns: 50 },
    )
  },
)

it.each(Object.keys(RIGHT))('%s answers nearly right input without failing', async (name) => {
  const { operations } = await loadService('ecs')
  const Command = Reflect.get(sdk, `${name}Command`) as AnyCommand
  await fc.assert(
    fc.asyncProperty(nearlyRight(required(operations.get(name), 'the operation')), async (input) => {
      expect(await verdictOn(new Command(input))).toBe('fine')
    }),
    { numRuns: 150 },
  )
})
