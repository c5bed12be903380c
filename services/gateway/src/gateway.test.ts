/**
 * Goal: what an agent and state see of the gateway, over real TLS and gRPC.
 * Method: state in memory, time in the test's hand, a small agent that notes what it receives. That something
 * is not sent is shown by a heartbeat answer, which comes after everything that was due before it.
 */
import { mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import 'reflect-metadata'
import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { credentials, status } from '@grpc/grpc-js'
import { Lifecycle, Registry, seededIds, seededRandom, silentLogger, systemClock } from '@homeport/runtime'
import {
  CommitError,
  clusterMemberKey,
  type EntityOf,
  namespaceMemberKey,
  type StateWriter,
  type TableName,
  TransactionBuilder,
} from '@homeport/store'
import {
  createFakeClock,
  createMemoryState,
  type FakeClock,
  flushMicrotasks,
  type MemoryState,
} from '@homeport/testkit'
import { connect } from '@homeport/wire'
import {
  AgentMessageSchema,
  AgentSessionService,
  EnrollmentService,
  type GatewayMessage,
  type Register,
  type RegisterSchema,
  type TaskReportSchema,
} from '@homeport/wire/agent'
import {
  ClusterSchema,
  ClusterStatus,
  type ContainerInstance,
  ContainerInstanceStatus,
  type Task,
  TaskDefinitionSchema,
  TaskSchema,
  TaskStatus,
} from '@homeport/wire/types'
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { startGatewayOn } from './app.ts'
import type { GatewayServer } from './options.ts'
import { openAuthority } from './pki/authority.ts'
import { generateKeyPair, privateKeyToPem } from './pki/key-pair.ts'

const ACCOUNT = '111122223333'
const REGION = 'eu-central-1'
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' }
const SCOPE = { accountId: ACCOUNT, region: REGION, cluster: 'default' }

const lifecycle: { current: Lifecycle } = { current: new Lifecycle() }
afterEach(async () => {
  await lifecycle.current.stop()
  lifecycle.current = new Lifecycle()
})

interface Identity {
  readonly instanceId: string
  readonly authorityPem: string
  readonly certificatePem: string
  readonly privateKeyPem: string
}

interface World {
  readonly state: MemoryState
  readonly clock: FakeClock
  readonly registry: Registry
  readonly folder: string
  readonly gateway: GatewayServer
  readonly joinSecret: string
}

async function startWorld(
  over: Partial<Pick<World, 'state' | 'clock' | 'folder'> & { writer: StateWriter }> = {},
): Promise<World> {
  const state = over.state ?? createMemoryState()
  // Certificates are judged by the machine's clock.
  const clock = over.clock ?? createFakeClock(systemClock.now())
  const folder = over.folder ?? mkdtempSync(join(tmpdir(), 'gateway-'))
  const registry = new Registry()
  const random = seededRandom(7)
  const gateway = await startGatewayOn(
    { reader: state.reader, writer: over.writer ?? state.writer, unhealthyReason: () => undefined },
    {
      accountId: ACCOUNT,
      host: '127.0.0.1',
      sessionPort: 0,
      enrollmentPort: 0,
      certificateNames: ['localhost'],
      pkiDirectory: join(folder, 'pki'),
      joinTokenFile: join(folder, 'join-token'),
    },
    { clock, random, ids: seededIds(random), logger: silentLogger, registry },
  )
  lifecycle.current.own(gateway)
  const joinSecret = readFileSync(join(folder, 'join-token'), 'utf8').trim().split('.')[1] ?? ''
  return { state, clock, registry, folder, gateway, joinSecret }
}

async function newRequest(): Promise<{ request: Uint8Array; privateKeyPem: string }> {
  const keys = await generateKeyPair()
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: 'CN=anything',
    keys,
    signingAlgorithm: SIGNING,
  })
  return { request: new Uint8Array(request.rawData), privateKeyPem: await privateKeyToPem(keys.privateKey) }
}

function enrollmentOf(world: World): ReturnType<typeof connect<(typeof EnrollmentService)['method']>> {
  const client = connect(EnrollmentService, {
    address: `localhost:${world.gateway.enrollmentPort}`,
    credentials: credentials.createSsl(readFileSync(join(world.folder, 'pki', 'authority.crt'))),
  })
  onTestFinished(() => client.close())
  return client
}

async function enroll(world: World): Promise<Identity> {
  const { request, privateKeyPem } = await newRequest()
  const answer = await enrollmentOf(world).enroll({
    joinSecret: world.joinSecret,
    certificateRequest: request,
    hostname: 'host-1',
  })
  return { ...answer, privateKeyPem }
}

type Received = Exclude<GatewayMessage['message'], { case: undefined }>
type Case = Received['case']
type ValueOf<C extends Case> = Extract<Received, { case: C }>['value']

/** An agent as far as the gateway can tell. */
class TestAgent {
  readonly received: Received[] = []
  readonly closed: Promise<number>
  readonly #call
  readonly #close: () => void
  #waiters: (() => void)[] = []
  #heartbeat = 0n

  constructor(world: World, identity: Identity) {
    const client = connect(AgentSessionService, {
      address: `localhost:${world.gateway.sessionPort}`,
      credentials: credentials.createSsl(
        Buffer.from(identity.authorityPem),
        Buffer.from(identity.privateKeyPem),
        Buffer.from(identity.certificatePem),
      ),
    })
    this.#call = client.session()
    this.#close = () => client.close()
    onTestFinished(() => client.close())
    this.#call.on('data', ({ message }: GatewayMessage) => {
      if (message.case === undefined) throw new Error('The gateway sent an empty message')
      this.received.push(message)
      for (const wake of this.#waiters.splice(0)) wake()
    })
    this.#call.on('error', () => {})
    this.closed = new Promise((resolve) => this.#call.on('status', ({ code }) => resolve(code)))
  }

  register(register: Exclude<MessageInitShape<typeof RegisterSchema>, Register> = {}): this {
    return this.send({
      case: 'register',
      value: {
        cluster: 'default',
        region: REGION,
        hostname: 'host-1',
        resources: { cpuUnits: 2048, memoryMib: 4096 },
        ...register,
      },
    })
  }

  send(message: MessageInitShape<typeof AgentMessageSchema>['message']): this {
    this.#call.write(create(AgentMessageSchema, message === undefined ? {} : { message }))
    return this
  }

  report(report: MessageInitShape<typeof TaskReportSchema>): this {
    return this.send({ case: 'taskReport', value: report })
  }

  /** Takes the oldest message of this kind out, when it is there. */
  async take<C extends Case>(wanted: C): Promise<ValueOf<C>> {
    for (;;) {
      const index = this.received.findIndex((message) => message.case === wanted)
      if (index !== -1) return this.received.splice(index, 1)[0]?.value as ValueOf<C>
      await new Promise<void>((resolve) => this.#waiters.push(resolve))
    }
  }

  /** Resolves when the gateway has answered everything that was sent before. */
  async settle(): Promise<void> {
    this.#heartbeat += 1n
    this.send({ case: 'heartbeat', value: { sequence: this.#heartbeat } })
    while ((await this.take('heartbeatAnswer')).sequence !== this.#heartbeat);
  }

  end(): void {
    this.#call.end()
  }

  disconnect(): void {
    this.#close()
  }

  has(wanted: Case): boolean {
    return this.received.some((message) => message.case === wanted)
  }
}

async function joinedAgent(
  world: World,
  identity?: Identity,
): Promise<{ agent: TestAgent; identity: Identity }> {
  const known = identity ?? (await enroll(world))
  const agent = new TestAgent(world, known).register()
  await agent.take('registered')
  await agent.take('snapshot')
  return { agent, identity: known }
}

async function put<Name extends TableName>(
  world: World,
  name: Name,
  entity: EntityOf<Name>,
): Promise<number> {
  return commit(world, new TransactionBuilder().put(name, entity))
}

async function commit(world: World, transaction: TransactionBuilder): Promise<number> {
  const outcome = await world.state.writer.commit(transaction)
  if (outcome.kind === 'conflict') throw new Error(`Conflict on ${outcome.key}`)
  await world.state.reader.waitFor(outcome.revision)
  return outcome.revision
}

const taskId = (number: number): string => number.toString(16).padStart(32, '0')

function newTask(
  number: number,
  instanceId: string,
  over: Exclude<MessageInitShape<typeof TaskSchema>, Task> = {},
): Task {
  return create(TaskSchema, {
    ...SCOPE,
    taskId: taskId(number),
    desiredStatus: TaskStatus.RUNNING,
    spec: {
      taskDefinition: 'web:3',
      containerInstanceId: instanceId,
      group: 'service:web',
      service: 'web',
      startedBy: 'ecs-svc/1',
      overrides: '{"cpu":"1"}',
      requirements: { cpuUnits: 128, memoryMib: 64 },
    },
    observed: { lastStatus: TaskStatus.PENDING },
    ...over,
  })
}

const putTask = (world: World, task: Task): Promise<number> => put(world, 'tasks', task)

function readTask(world: World, number: number): Task {
  const row = world.state.reader.view.table('tasks').get(clusterMemberKey(SCOPE, taskId(number)))
  if (row === undefined) throw new Error(`No task ${number}`)
  return row.value
}

function readInstance(world: World, instanceId: string): ContainerInstance {
  const [row] = world.state.reader.view.table('containerInstances').find('instanceId', instanceId)
  if (row === undefined) throw new Error(`No instance ${instanceId}`)
  return row.value
}

/** The next revision that changes the instance's row. */
const instanceChange = (world: World, instanceId: string): Promise<ContainerInstance> =>
  new Promise((resolve) => {
    const unsubscribe = world.state.reader.onRevision(({ changes }) => {
      if (!changes.some(({ table, key }) => table === 'containerInstances' && key.endsWith(instanceId)))
        return
      unsubscribe()
      resolve(readInstance(world, instanceId))
    })
  })

describe('registration', () => {
  it('creates the instance and the cluster default when neither exists', async () => {
    const world = await startWorld()
    const identity = await enroll(world)
    const agent = new TestAgent(world, identity).register({
      agentVersion: '1.2.3',
      attributes: [{ name: 'ecs.os-type', value: 'linux' }],
    })
    expect(await agent.take('registered')).toMatchObject({
      accountId: ACCOUNT,
      containerInstanceArn: `arn:aws:ecs:${REGION}:${ACCOUNT}:container-instance/default/${identity.instanceId}`,
      heartbeatIntervalMs: 5_000,
    })
    expect(await agent.take('snapshot')).toMatchObject({ revision: 1n, assignments: [] })
    expect(readInstance(world, identity.instanceId)).toMatchObject({
      ...SCOPE,
      externalId: expect.stringMatching(/^mi-[0-9a-f]{17}$/),
      status: ContainerInstanceStatus.ACTIVE,
      agentConnected: true,
      agentVersion: '1.2.3',
      registeredAtMs: world.clock.now(),
      resources: { cpuUnits: 2048, memoryMib: 4096 },
    })
    const cluster = world.state.reader.view.table('clusters').get(namespaceMemberKey(SCOPE, 'default'))
    expect(cluster?.value.status).toBe(ClusterStatus.ACTIVE)
  })

  it('keeps the instance and what users put when the agent comes back', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    const before = readInstance(world, identity.instanceId)
    await put(world, 'containerInstances', {
      ...before,
      status: ContainerInstanceStatus.DRAINING,
      attributes: [{ $typeName: 'homeport.types.v1.Attribute', name: 'rack', value: '7' }],
    })
    agent.end()
    await agent.closed
    const again = new TestAgent(world, identity).register({ hostname: 'renamed' })
    await again.take('snapshot')
    expect(readInstance(world, identity.instanceId)).toMatchObject({
      externalId: before.externalId,
      registeredAtMs: before.registeredAtMs,
      status: ContainerInstanceStatus.DRAINING,
      hostname: 'renamed',
      attributes: [{ name: 'rack', value: '7' }],
    })
  })

  it('lets many hosts create the cluster default at once', async () => {
    const world = await startWorld()
    const identities = await Promise.all(Array.from({ length: 5 }, () => enroll(world)))
    await Promise.all(identities.map((identity) => joinedAgent(world, identity)))
    expect(world.state.reader.view.table('containerInstances').size).toBe(5)
  })

  it('refuses a cluster that does not exist', async () => {
    const world = await startWorld()
    const agent = new TestAgent(world, await enroll(world)).register({ cluster: 'missing' })
    expect(await agent.take('end')).toMatchObject({
      code: 'INVALID',
      message: 'ClusterNotFoundException: Cluster not found.',
    })
    expect(await agent.closed).toBe(status.OK)
    expect(world.state.reader.view.table('containerInstances').size).toBe(0)
  })

  it('refuses another cluster than the one that the instance is in', async () => {
    const world = await startWorld()
    const { identity } = await joinedAgent(world)
    await put(
      world,
      'clusters',
      create(ClusterSchema, { ...SCOPE, name: 'other', status: ClusterStatus.ACTIVE }),
    )
    const agent = new TestAgent(world, identity).register({ cluster: 'other' })
    expect(await agent.take('end')).toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining("saved cluster 'default' does not match configured cluster 'other'"),
    })
  })

  it('refuses an instance that was deregistered, and ends its session when that happens', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    const instance = readInstance(world, identity.instanceId)
    await put(world, 'containerInstances', { ...instance, status: ContainerInstanceStatus.INACTIVE })
    expect(await agent.take('end')).toMatchObject({ code: 'DEREGISTERED' })
    const again = new TestAgent(world, identity).register()
    expect(await again.take('end')).toMatchObject({ code: 'DEREGISTERED' })
  })

  it('replaces the older session when the instance registers again', async () => {
    const world = await startWorld()
    const { agent: older, identity } = await joinedAgent(world)
    const { agent: newer } = await joinedAgent(world, identity)
    expect(await older.take('end')).toMatchObject({ code: 'REPLACED' })
    await older.closed
    await putTask(world, newTask(1, identity.instanceId))
    expect((await newer.take('update')).assignments).toHaveLength(1)
    expect(readInstance(world, identity.instanceId).agentConnected).toBe(true)
  })

  it('ends the stream when state cannot record it, so that the agent tries again', async () => {
    const world = await startWorld()
    const identity = await enroll(world)
    world.state.failNext(new CommitError('UNAVAILABLE', 'no answer'), { applied: false })
    const agent = new TestAgent(world, identity).register()
    expect(await agent.closed).toBe(status.UNAVAILABLE)
  })

  it('ends the stream when no registration comes', async () => {
    const world = await startWorld()
    const agent = new TestAgent(world, await enroll(world))
    await agent.settle()
    await world.clock.advance(10_000)
    expect(await agent.closed).toBe(status.UNAVAILABLE)
  })
})

describe('assignments', () => {
  it('a snapshot holds every task of the instance that is not STOPPED', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    agent.end()
    await agent.closed
    await put(
      world,
      'taskDefinitions',
      create(TaskDefinitionSchema, { ...SCOPE, family: 'web', revision: 3, document: '{"family":"web"}' }),
    )
    await putTask(world, newTask(1, identity.instanceId))
    await putTask(
      world,
      newTask(2, identity.instanceId, {
        desiredStatus: TaskStatus.STOPPED,
        stoppedReason: 'because',
        observed: { lastStatus: TaskStatus.RUNNING },
      }),
    )
    await putTask(world, newTask(3, identity.instanceId, { observed: { lastStatus: TaskStatus.STOPPED } }))
    const revision = await putTask(world, newTask(4, 'f'.repeat(32)))
    const again = new TestAgent(world, identity).register()
    const snapshot = await again.take('snapshot')
    // The registration is a revision, too.
    expect(snapshot.revision).toBe(BigInt(revision + 1))
    expect(snapshot.assignments).toHaveLength(2)
    expect(snapshot.assignments).toMatchObject([
      {
        taskId: taskId(1),
        taskArn: `arn:aws:ecs:${REGION}:${ACCOUNT}:task/default/${taskId(1)}`,
        clusterArn: `arn:aws:ecs:${REGION}:${ACCOUNT}:cluster/default`,
        desiredStatus: TaskStatus.RUNNING,
        family: 'web',
        revision: 3,
        taskDefinition: '{"family":"web"}',
        overrides: '{"cpu":"1"}',
        group: 'service:web',
        service: 'web',
        startedBy: 'ecs-svc/1',
        requirements: { cpuUnits: 128, memoryMib: 64 },
      },
      { taskId: taskId(2), desiredStatus: TaskStatus.STOPPED, stoppedReason: 'because' },
    ])
  })

  it('an update follows each revision that adds a task or changes its desired status, and no other', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    const task = newTask(1, identity.instanceId)
    const added = await putTask(world, task)
    expect(await agent.take('update')).toMatchObject({
      revision: BigInt(added),
      assignments: [{ taskId: taskId(1) }],
    })
    await putTask(world, { ...task, changeCount: 9 })
    await putTask(world, newTask(2, 'f'.repeat(32)))
    const stopped = await putTask(world, { ...task, desiredStatus: TaskStatus.STOPPED })
    expect(await agent.take('update')).toMatchObject({
      revision: BigInt(stopped),
      assignments: [{ taskId: taskId(1), desiredStatus: TaskStatus.STOPPED }],
    })
  })

  it('changes of one turn travel in one update', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    world.state.holdView()
    const transactions = [1, 2, 3].map((number) =>
      world.state.writer.commit(new TransactionBuilder().put('tasks', newTask(number, identity.instanceId))),
    )
    await Promise.all(transactions)
    world.state.releaseView()
    const { revision } = world.state.reader.view
    const update = await agent.take('update')
    expect(update.assignments.map((assignment) => assignment.taskId)).toEqual([
      taskId(1),
      taskId(2),
      taskId(3),
    ])
    expect(update.revision).toBe(BigInt(revision))
  })

  it('the snapshot and reports wait while the agent knows a newer revision than the view', async () => {
    const world = await startWorld()
    const { agent: first, identity } = await joinedAgent(world)
    first.end()
    await first.closed
    const { revision } = world.state.reader.view
    // One more for the registration, one for what this agent saw elsewhere.
    const agent = new TestAgent(world, identity).register({ assignmentRevision: BigInt(revision + 2) })
    await agent.take('registered')
    agent.report({ sequence: 1n, taskId: taskId(1), observed: { lastStatus: TaskStatus.RUNNING } })
    await agent.settle()
    expect(agent.received).toEqual([])
    await putTask(world, newTask(1, identity.instanceId))
    const snapshot = await agent.take('snapshot')
    expect(snapshot.revision).toBe(BigInt(revision + 2))
    expect(snapshot.assignments).toHaveLength(1)
    expect((await agent.take('acknowledgement')).sequence).toBe(1n)
    expect(readTask(world, 1).observed?.lastStatus).toBe(TaskStatus.RUNNING)
  })

  it('a new snapshot follows when the view was made anew', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    await putTask(world, newTask(1, identity.instanceId))
    await agent.take('update')
    world.state.reset()
    expect((await agent.take('snapshot')).assignments).toHaveLength(1)
  })
})

describe('task reports', () => {
  it('are acknowledged once they are merged into the task', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    await putTask(world, newTask(1, identity.instanceId, { changeCount: 1 }))
    agent.report({
      sequence: 5n,
      taskId: taskId(1),
      observed: {
        lastStatus: TaskStatus.RUNNING,
        startedAtMs: 17,
        containers: [{ name: 'web', runtimeId: 'abc', lastStatus: TaskStatus.RUNNING }],
      },
    })
    expect((await agent.take('acknowledgement')).sequence).toBe(5n)
    expect(readTask(world, 1)).toMatchObject({
      changeCount: 2,
      desiredStatus: TaskStatus.RUNNING,
      observed: { lastStatus: TaskStatus.RUNNING, startedAtMs: 17, containers: [{ runtimeId: 'abc' }] },
    })
  })

  it('of a task that ended by itself make it unwanted, with the words of the agent', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    await putTask(world, newTask(1, identity.instanceId))
    agent.report({
      sequence: 1n,
      taskId: taskId(1),
      observed: {
        lastStatus: TaskStatus.STOPPED,
        stopCode: 'EssentialContainerExited',
        stoppedReason: 'Essential container in task exited',
        executionStoppedAtMs: 23,
      },
    })
    await agent.take('acknowledgement')
    expect(readTask(world, 1)).toMatchObject({
      desiredStatus: TaskStatus.STOPPED,
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      stoppingAtMs: 23,
    })
  })

  it('of a task that was told to stop leave the reason that was given', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    await putTask(
      world,
      newTask(1, identity.instanceId, {
        desiredStatus: TaskStatus.STOPPED,
        stopCode: 'UserInitiated',
        stoppedReason: 'maintenance',
        stoppingAtMs: 11,
      }),
    )
    agent.report({
      sequence: 1n,
      taskId: taskId(1),
      observed: { lastStatus: TaskStatus.STOPPED, stopCode: 'EssentialContainerExited' },
    })
    await agent.take('acknowledgement')
    expect(readTask(world, 1)).toMatchObject({
      stopCode: 'UserInitiated',
      stoppedReason: 'maintenance',
      stoppingAtMs: 11,
      observed: { stopCode: 'EssentialContainerExited' },
    })
  })

  it('are merged again when somebody else wrote the task meanwhile', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    const task = newTask(1, identity.instanceId)
    await putTask(world, task)
    await agent.take('update')
    world.state.holdView()
    await world.state.writer.commit(
      new TransactionBuilder().put('tasks', {
        ...task,
        desiredStatus: TaskStatus.STOPPED,
        stopCode: 'UserInitiated',
      }),
    )
    agent.report({ sequence: 1n, taskId: taskId(1), observed: { lastStatus: TaskStatus.RUNNING } })
    await agent.settle()
    world.state.releaseView()
    await agent.take('acknowledgement')
    await world.state.reader.waitFor(world.state.applied.length)
    expect(readTask(world, 1)).toMatchObject({
      desiredStatus: TaskStatus.STOPPED,
      stopCode: 'UserInitiated',
      observed: { lastStatus: TaskStatus.RUNNING },
    })
    expect(await world.registry.getSingleMetricAsString('homeport_gateway_report_conflicts_total')).toContain(
      ' 1',
    )
  })

  it('stay unacknowledged while state has no answer and are repeated', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    await putTask(world, newTask(1, identity.instanceId))
    await agent.take('update')
    world.state.failNext(new CommitError('UNAVAILABLE', 'no answer'), { applied: false })
    agent.report({ sequence: 1n, taskId: taskId(1), observed: { lastStatus: TaskStatus.RUNNING } })
    await agent.settle()
    expect(agent.received).toEqual([])
    await world.clock.advance(100)
    expect((await agent.take('acknowledgement')).sequence).toBe(1n)
  })

  it('are acknowledged without effect when the task is unknown, of another instance or malformed', async () => {
    const world = await startWorld()
    const { agent } = await joinedAgent(world)
    await putTask(world, newTask(1, 'f'.repeat(32)))
    const before = world.state.applied.length
    agent.report({ sequence: 1n, taskId: taskId(1), observed: { lastStatus: TaskStatus.RUNNING } })
    agent.report({ sequence: 2n, taskId: taskId(2), observed: { lastStatus: TaskStatus.RUNNING } })
    agent.report({ sequence: 3n, taskId: '../x', observed: { lastStatus: TaskStatus.RUNNING } })
    agent.report({ sequence: 4n, taskId: taskId(1) })
    while ((await agent.take('acknowledgement')).sequence !== 4n);
    expect(world.state.applied).toHaveLength(before)
    expect(await world.registry.getSingleMetricAsString('homeport_gateway_reports_total')).toContain(
      'outcome="refused"} 4',
    )
  })

  it('are acknowledged in order, each after those before it', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    await putTask(world, newTask(1, identity.instanceId))
    await putTask(world, newTask(2, identity.instanceId))
    world.state.failNext(new CommitError('UNAVAILABLE', 'no answer'), { applied: true })
    agent.report({ sequence: 1n, taskId: taskId(1), observed: { lastStatus: TaskStatus.RUNNING } })
    agent.report({ sequence: 2n, taskId: taskId(2), observed: { lastStatus: TaskStatus.RUNNING } })
    await agent.settle()
    expect(agent.has('acknowledgement')).toBe(false)
    await world.clock.advance(100)
    expect((await agent.take('acknowledgement')).sequence).toBe(2n)
  })

  it('are read no further while too many are open, which does not count as silence', async () => {
    const state = createMemoryState()
    let gate = Promise.resolve()
    const writer: StateWriter = {
      commit: async (transaction) => {
        await gate
        return state.writer.commit(transaction)
      },
    }
    const world = await startWorld({ state, writer })
    const { agent, identity } = await joinedAgent(world)
    await putTask(world, newTask(1, identity.instanceId))
    await agent.take('update')
    const { promise, resolve: openGate } = Promise.withResolvers<void>()
    gate = promise
    for (let sequence = 1n; sequence <= 1_500n; sequence += 1n) {
      agent.report({ sequence, taskId: taskId(1), observed: { lastStatus: TaskStatus.RUNNING } })
    }
    const paused = 'homeport_gateway_paused_sessions'
    while (!(await world.registry.getSingleMetricAsString(paused)).includes(`${paused} 1`)) {
      await flushMicrotasks()
    }
    await world.clock.advance(60_000)
    openGate()
    while ((await agent.take('acknowledgement')).sequence !== 1_500n);
    await agent.settle()
    expect(readInstance(world, identity.instanceId).agentConnected).toBe(true)
  })

  it('before registration end the session', async () => {
    const world = await startWorld()
    const agent = new TestAgent(world, await enroll(world))
    agent.report({ sequence: 1n, taskId: taskId(1), observed: { lastStatus: TaskStatus.RUNNING } })
    expect(await agent.take('end')).toMatchObject({ code: 'INVALID' })
  })
})

describe('contact', () => {
  it('lost for three heartbeats disconnects the instance and changes no task', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    await putTask(world, newTask(1, identity.instanceId))
    await world.clock.advance(14_999)
    expect(readInstance(world, identity.instanceId).agentConnected).toBe(true)
    const changed = instanceChange(world, identity.instanceId)
    await world.clock.advance(1)
    expect(await changed).toMatchObject({
      agentConnected: false,
      agentConnectionChangedAtMs: world.clock.now(),
      status: ContainerInstanceStatus.ACTIVE,
    })
    expect(await agent.closed).toBe(status.UNAVAILABLE)
    expect(readTask(world, 1)).toEqual(newTask(1, identity.instanceId))
  })

  it('by any message keeps the instance connected', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    await world.clock.advance(14_000)
    await agent.settle()
    await world.clock.advance(14_000)
    await agent.settle()
    expect(readInstance(world, identity.instanceId).agentConnected).toBe(true)
    expect(
      await world.registry.getSingleMetricAsString('homeport_gateway_heartbeats_missed_total'),
    ).toContain(' 2')
  })

  it('that is back within the grace is as if nothing had been', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    agent.end()
    await agent.closed
    await world.clock.advance(10_000)
    const { agent: again } = await joinedAgent(world, identity)
    await world.clock.advance(10_000)
    await again.settle()
    expect(readInstance(world, identity.instanceId)).toMatchObject({
      agentConnected: true,
      agentConnectionChangedAtMs: world.clock.now() - 20_000,
    })
  })

  it('that ended cleanly disconnects the instance after the same grace', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    agent.end()
    await agent.closed
    const changed = instanceChange(world, identity.instanceId)
    await world.clock.advance(15_000)
    expect((await changed).agentConnected).toBe(false)
  })

  it('of an instance that was deregistered ends like any other', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    const instance = readInstance(world, identity.instanceId)
    await put(world, 'containerInstances', { ...instance, status: ContainerInstanceStatus.INACTIVE })
    await agent.closed
    const changed = instanceChange(world, identity.instanceId)
    await world.clock.advance(15_000)
    expect(await changed).toMatchObject({ agentConnected: false, status: ContainerInstanceStatus.INACTIVE })
  })

  it('is awaited for the grace when the gateway has just started', async () => {
    const world = await startWorld()
    const { agent, identity } = await joinedAgent(world)
    const { identity: absent } = await joinedAgent(world)
    await world.gateway.stop()
    expect(await agent.take('end')).toMatchObject({ code: 'SHUTDOWN' })
    const next = await startWorld(world)
    await next.clock.advance(14_000)
    await joinedAgent(next, identity)
    const changed = instanceChange(next, absent.instanceId)
    await next.clock.advance(1_000)
    expect((await changed).agentConnected).toBe(false)
    expect(readInstance(next, identity.instanceId).agentConnected).toBe(true)
  })
})

describe('enrolment', () => {
  it('is refused with a wrong secret, and not heard after too many of them', async () => {
    const world = await startWorld()
    const client = enrollmentOf(world)
    const { request } = await newRequest()
    const attempt = (joinSecret: string) => client.enroll({ joinSecret, certificateRequest: request })
    for (let count = 0; count < 10; count += 1) {
      await expect(attempt('wrong')).rejects.toMatchObject({ code: status.PERMISSION_DENIED })
    }
    await expect(attempt(world.joinSecret)).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED })
    await world.clock.advance(6_000)
    await expect(attempt(world.joinSecret)).resolves.toMatchObject({
      instanceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
  })

  it('is refused when the certificate request is none, is changed or has another kind of key', async () => {
    const world = await startWorld()
    const client = enrollmentOf(world)
    const changed = (await newRequest()).request
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, true, [
      'sign',
      'verify',
    ])
    const other = await Pkcs10CertificateRequestGenerator.create({
      name: 'CN=x',
      keys,
      signingAlgorithm: SIGNING,
    })
    for (const request of [
      new Uint8Array([1, 2, 3]),
      changed,
      new Uint8Array(other.rawData),
      new Uint8Array(5000),
    ]) {
      await expect(
        client.enroll({ joinSecret: world.joinSecret, certificateRequest: request }),
      ).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
    }
  })

  it('of another authority, or none, opens no session', async () => {
    const world = await startWorld()
    const identity = await enroll(world)
    const foreign = await openAuthority(mkdtempSync(join(tmpdir(), 'foreign-')), world.clock)
    const { request, privateKeyPem } = await newRequest()
    const outcome = await foreign.issueHostCertificate(request, { instanceId: taskId(1), accountId: ACCOUNT })
    if (outcome.kind !== 'issued') throw new Error(outcome.reason)
    const { certificatePem } = outcome
    const agent = new TestAgent(world, { ...identity, certificatePem, privateKeyPem }).register()
    expect(await agent.closed).toBe(status.UNAVAILABLE)
    expect(world.state.applied).toEqual([])
  })

  it('into another account opens no session', async () => {
    const world = await startWorld()
    const authority = await openAuthority(join(world.folder, 'pki'), world.clock)
    const { request, privateKeyPem } = await newRequest()
    const outcome = await authority.issueHostCertificate(request, {
      instanceId: taskId(1),
      accountId: '999999999999',
    })
    if (outcome.kind !== 'issued') throw new Error(outcome.reason)
    const { certificatePem } = outcome
    const identity = {
      instanceId: taskId(1),
      authorityPem: authority.certificatePem,
      certificatePem,
      privateKeyPem,
    }
    const agent = new TestAgent(world, identity)
    expect(await agent.take('end')).toMatchObject({ code: 'INVALID' })
  })

  it('keeps what is secret to the owner', async () => {
    const world = await startWorld()
    for (const name of ['join-token', 'pki/authority.key', 'pki/server.key']) {
      expect(statSync(join(world.folder, name)).mode & 0o777).toBe(0o600)
    }
  })
})
