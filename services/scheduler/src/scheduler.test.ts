/**
 * Goal: what the scheduler promises holds over a real state's semantics: nothing is placed twice, tokens have one
 * effect, services get where they should, and another scheduler ends this one.
 * Method: the whole scheduler over state in memory, whose view lags behind its answers, with a fake clock; an
 * obedient agent of a few lines moves tasks on through the writer.
 */
import { create } from '@bufbuild/protobuf'
import { credentials, status } from '@grpc/grpc-js'
import { mergeObservation, START_HOLD_MS, STORM_HOLD_MS } from '@homeport/domain'
import { Registry, type ServicePorts, seededIds, seededRandom, silentLogger } from '@homeport/runtime'
import {
  CommitError,
  type EntityOf,
  keyOf,
  type RevisionListener,
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
import { type Caller, connect } from '@homeport/wire'
import { SchedulerService } from '@homeport/wire/scheduler'
import {
  ClusterSchema,
  ClusterStatus,
  ContainerInstanceSchema,
  ContainerInstanceStatus,
  HealthStatus,
  LeaseSchema,
  SchedulingStrategy,
  type Service,
  ServiceDeploymentSchema,
  ServiceDeploymentStatus,
  ServiceRevisionSchema,
  ServiceSchema,
  ServiceStatus,
  type Task,
  TaskDefinitionSchema,
  TaskObservationSchema,
  TaskSchema,
  TaskStatus,
} from '@homeport/wire/types'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type SchedulerServer, startSchedulerOn } from './index.ts'

const SEED = 20_261_121
const scope = { accountId: '000000000000', region: 'us-east-1', cluster: 'default' }
const HOUR_MS = 3_600_000
const RETENTION_MS = 168 * HOUR_MS

let state: MemoryState
let clock: FakeClock
let registry: Registry
let scheduler: SchedulerServer
let client: Caller<typeof SchedulerService.method>
let stopAgent: () => void

const write = async (
  change: (transaction: TransactionBuilder) => void,
  writer: StateWriter = state.writer,
) => {
  const transaction = new TransactionBuilder()
  change(transaction)
  const outcome = await writer.commit(transaction)
  if (outcome.kind === 'committed') await state.reader.waitFor(outcome.revision)
  return outcome
}

const put = <Name extends TableName>(table: Name, entity: EntityOf<Name>) =>
  write((tx) => tx.put(table, entity))

/** Each scheduler draws ids of its own. */
let schedulerCount = 0

const ports = (): ServicePorts => ({
  clock,
  random: seededRandom(SEED),
  ids: seededIds(seededRandom(SEED + ++schedulerCount)),
  logger: silentLogger,
  registry: new Registry(),
})

const start = async (servicePorts = ports()): Promise<SchedulerServer> =>
  startSchedulerOn(
    stateAccess(),
    { listenAddress: '127.0.0.1:0', taskRetentionMs: RETENTION_MS },
    servicePorts,
  )

/** Resolved by the scheduler's next commit, or by its next wait for a revision. */
let heard: { commit: () => void; waitFor: () => void }

/** Resolves when the scheduler has called the method, and before the call does anything. */
const hears = (method: 'commit' | 'waitFor'): Promise<void> =>
  new Promise((resolve) => {
    heard[method] = resolve
  })

/** The state as the scheduler has it: a test can tell when it is used. */
const stateAccess = () => {
  const { reader, writer } = state
  return {
    unhealthyReason: () => undefined,
    reader: {
      view: reader.view,
      ready: true,
      waitFor: (revision: number, signal?: AbortSignal) => {
        heard.waitFor()
        return reader.waitFor(revision, signal)
      },
      onRevision: (listener: RevisionListener) => reader.onRevision(listener),
      onReset: (listener: () => void) => reader.onReset(listener),
    },
    writer: {
      commit: (transaction: TransactionBuilder) => {
        heard.commit()
        return writer.commit(transaction)
      },
    },
  }
}

beforeEach(async () => {
  state = createMemoryState()
  heard = { commit: () => undefined, waitFor: () => undefined }
  clock = createFakeClock()
  await put('clusters', create(ClusterSchema, { ...scope, name: 'default', status: ClusterStatus.ACTIVE }))
  const servicePorts = ports()
  registry = servicePorts.registry
  scheduler = await start(servicePorts)
  client = connect(SchedulerService, {
    address: scheduler.address,
    credentials: credentials.createInsecure(),
  })
  stopAgent = () => undefined
})

afterEach(async () => {
  stopAgent()
  client.close()
  await scheduler.stop()
})

interface InstanceFields {
  readonly memoryMib?: number
  readonly cpuUnits?: number
  readonly zone?: string
  readonly connected?: boolean
  readonly status?: ContainerInstanceStatus
}

const instanceRow = (instanceId: string, fields: InstanceFields = {}) =>
  create(ContainerInstanceSchema, {
    ...scope,
    instanceId,
    status: fields.status ?? ContainerInstanceStatus.ACTIVE,
    agentConnected: fields.connected ?? true,
    agentConnectionChangedAtMs: clock.now(),
    resources: { cpuUnits: fields.cpuUnits ?? 4096, memoryMib: fields.memoryMib ?? 4096 },
    attributes: fields.zone === undefined ? [] : [{ name: 'ecs.availability-zone', value: fields.zone }],
  })

const putInstance = (instanceId: string, fields?: InstanceFields) =>
  put('containerInstances', instanceRow(instanceId, fields))

const runRequest = (fields: object = {}, spec: object = {}) => ({
  ...scope,
  count: 1,
  spec: {
    taskDefinition: 'web:1',
    group: 'family:web',
    requirements: { cpuUnits: 256, memoryMib: 512 },
    ...spec,
  },
  ...fields,
})

const tasks = (): Task[] => [...state.reader.view.table('tasks').rows()].map(({ value }) => value)

const bound = (): Task[] => tasks().filter((task) => task.observed?.lastStatus !== TaskStatus.STOPPED)

const running = (): Task[] => bound().filter((task) => task.observed?.lastStatus === TaskStatus.RUNNING)

/** One observation, as the gateway writes it: merged, over the row as read; who ended by itself is not wanted either. */
async function report(task: Task, lastStatus: TaskStatus, fields: object = {}): Promise<void> {
  for (;;) {
    const row = state.reader.view.table('tasks').get(keyOf('tasks', task))!
    const known = row.value.observed!
    const reported = create(TaskObservationSchema, { ...known, lastStatus, ...fields })
    const merged = mergeObservation(known, reported)
    if (merged.kind === 'unchanged') return
    const { observed } = merged
    const hasEnded =
      observed.lastStatus === TaskStatus.STOPPED && row.value.desiredStatus !== TaskStatus.STOPPED
    const ending = hasEnded
      ? {
          desiredStatus: TaskStatus.STOPPED,
          stopCode: observed.stopCode,
          stoppedReason: observed.stoppedReason,
        }
      : {}
    const outcome = await write((tx) =>
      tx.update('tasks', row, create(TaskSchema, { ...row.value, ...ending, observed })),
    )
    if (outcome.kind === 'committed') return
    await state.reader.waitFor(outcome.actualVersion)
  }
}

const runs = (task: Task): Promise<void> => report(task, TaskStatus.RUNNING, { startedAtMs: clock.now() })

const stops = (task: Task, fields: object = {}): Promise<void> =>
  report(task, TaskStatus.STOPPED, { stoppedAtMs: clock.now(), executionStoppedAtMs: clock.now(), ...fields })

/** From now on every task runs as soon as it is seen, and stops as soon as it is told to. */
function startAgent(): void {
  stopAgent = state.reader.onRevision(({ changes }) => {
    for (const { table, after } of changes) {
      if (table !== 'tasks' || after === undefined) continue
      const task = after.value as Task
      if (task.desiredStatus === TaskStatus.STOPPED) void stops(task)
      else if (task.observed?.lastStatus === TaskStatus.PENDING) void runs(task)
    }
  })
}

/** Of a service row; the rest as below. */
type ServiceFields = Partial<Omit<Service, '$typeName' | '$unknown'>>

const serviceRow = (fields: ServiceFields = {}): Service =>
  create(ServiceSchema, {
    ...scope,
    name: 'web',
    status: ServiceStatus.ACTIVE,
    schedulingStrategy: SchedulingStrategy.REPLICA,
    desiredCount: 3,
    primaryDeploymentId: 'd1',
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    incarnationId: 'i1',
    ...fields,
  })

const DOCUMENT = JSON.stringify({
  containerDefinitions: [{ name: 'web', image: 'httpd:1', cpu: 256, memory: 512 }],
})

/** What CreateService and UpdateService write in one transaction. */
const writeDeployment = (tx: TransactionBuilder, deploymentId: string, createdAtMs = clock.now()): void => {
  tx.put(
    'serviceRevisions',
    create(ServiceRevisionSchema, {
      ...scope,
      service: 'web',
      revisionId: `r-${deploymentId}`,
      incarnationId: 'i1',
      taskDefinition: 'web:1',
      launchType: 'EC2',
    }),
  )
  tx.put(
    'serviceDeployments',
    create(ServiceDeploymentSchema, {
      ...scope,
      service: 'web',
      deploymentId,
      incarnationId: 'i1',
      targetRevisionId: `r-${deploymentId}`,
      status: ServiceDeploymentStatus.PENDING,
      createdAtMs,
    }),
  )
}

async function createService(fields: ServiceFields = {}): Promise<void> {
  await write((tx) => {
    tx.put(
      'taskDefinitions',
      create(TaskDefinitionSchema, {
        ...scope,
        family: 'web',
        revision: 1,
        document: DOCUMENT,
        requirements: { cpuUnits: 256, memoryMib: 512 },
      }),
    )
    writeDeployment(tx, 'd1')
    tx.put('services', serviceRow(fields))
  })
}

const updateService = (fields: ServiceFields, deploymentId?: string) =>
  write((tx) => {
    if (deploymentId !== undefined) writeDeployment(tx, deploymentId)
    const row = state.reader.view.table('services').get('000000000000/us-east-1/default/web')!
    tx.update('services', row, create(ServiceSchema, { ...row.value, ...fields }))
  })

const service = (): Service =>
  state.reader.view.table('services').get('000000000000/us-east-1/default/web')!.value

const deployments = () =>
  Object.fromEntries(
    [...state.reader.view.table('serviceDeployments').rows()].map(({ value }) => [value.deploymentId, value]),
  )

const events = (): string[] =>
  [...state.reader.view.table('serviceEvents').rows()]
    .map(({ value }) => value)
    .toSorted((first, second) => first.sequence - second.sequence)
    .map(({ message }) => message.replace(/\(task [0-9a-f]{32}\)/g, '(task ID)'))

/** Lets everything in flight come to rest: commits, views, loops and the agent. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await flushMicrotasks()
}

const metric = async (name: string): Promise<number> => {
  const values = (await registry.getSingleMetric(name)?.get())?.values ?? []
  return values.reduce((sum, { value }) => sum + value, 0)
}

describe('RunTasks', () => {
  test('RunTasks places tasks with zone, time and ids when there is room', async () => {
    await putInstance('a', { zone: 'us-east-1a' })
    const answer = await client.runTasks(runRequest({ count: 3, tags: [{ key: 'team', value: 'blue' }] }))
    await state.reader.waitFor(Number(answer.revision))
    expect(answer.taskKeys).toHaveLength(3)
    const rows = answer.taskKeys.map((key) => state.reader.view.table('tasks').get(key)!)
    expect(new Set(rows.map(({ version }) => version)).size).toBe(1)
    expect(rows[0]?.value).toMatchObject({
      ...scope,
      desiredStatus: TaskStatus.RUNNING,
      observed: { lastStatus: TaskStatus.PENDING },
      spec: {
        containerInstanceId: 'a',
        availabilityZone: 'us-east-1a',
        createdAtMs: clock.now(),
        taskDefinition: 'web:1',
      },
      tags: [{ key: 'team', value: 'blue' }],
    })
    expect(await metric('homeport_scheduler_placements_total')).toBe(3)
  })

  test('RunTasks answers what it could place and why not the rest when room runs out', async () => {
    await putInstance('a', { memoryMib: 1100 })
    await putInstance('b', { connected: false })
    const answer = await client.runTasks(runRequest({ count: 5 }))
    expect(answer.taskKeys).toHaveLength(2)
    expect(answer.failures.map(({ arn, reason, detail }) => ({ arn, reason, detail }))).toEqual([
      {
        arn: 'arn:aws:ecs:us-east-1:000000000000:container-instance/default/a',
        reason: 'RESOURCE:MEMORY',
        detail: '2 container instances: 1 AGENT, 1 RESOURCE:MEMORY',
      },
      {
        arn: 'arn:aws:ecs:us-east-1:000000000000:container-instance/default/b',
        reason: 'AGENT',
        detail: '2 container instances: 1 AGENT, 1 RESOURCE:MEMORY',
      },
    ])
  })

  test('RunTasks fails as ECS does when the cluster has no instances', async () => {
    await expect(client.runTasks(runRequest())).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: 'No Container Instances were found in your cluster.',
    })
  })

  test('RunTasks fails as ECS does when the cluster was deleted', async () => {
    await putInstance('a')
    await put(
      'clusters',
      create(ClusterSchema, { ...scope, name: 'default', status: ClusterStatus.INACTIVE }),
    )
    await expect(client.runTasks(runRequest())).rejects.toMatchObject({
      code: status.NOT_FOUND,
      details: 'Cluster not found.',
    })
  })

  test.each([
    [{ count: 0 }, 'Cannot place tasks: must be 1 to 10, received 0'],
    [{ count: 11 }, 'Cannot place tasks: must be 1 to 10, received 11'],
    [{ placementConstraints: [{ type: 'memberOf', expression: 'x' }] }, "Invalid expression 'x'"],
  ])('RunTasks refuses the request when it holds %j', async (fields, message) => {
    await expect(client.runTasks(runRequest(fields))).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining(message) as string,
    })
  })

  test('RunTasks never shares what is reserved when requests come together and the view stands still', async () => {
    await putInstance('a', { memoryMib: 10 * 512, cpuUnits: 100_000 })
    state.holdView()
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => client.runTasks(runRequest({ count: 2 }))),
    )
    expect(answers.flatMap(({ taskKeys }) => taskKeys)).toHaveLength(10)
    state.releaseView()
    await settle()
    expect(bound()).toHaveLength(10)
    expect((await client.runTasks(runRequest())).taskKeys).toEqual([])
  })

  test('RunTasks waits for what its caller has seen when its own view is behind', async () => {
    state.holdView()
    const outcome = await state.writer.commit(
      new TransactionBuilder().put('containerInstances', instanceRow('a')),
    )
    const minimumRevision = BigInt(outcome.kind === 'committed' ? outcome.revision : 0)
    const waits = hears('waitFor')
    const answering = client.runTasks(runRequest({ minimumRevision }))
    await waits
    state.releaseView()
    expect((await answering).taskKeys).toHaveLength(1)
  })

  test('RunTasks has one effect when a client token is repeated, also before the first is visible', async () => {
    await putInstance('a')
    const request = runRequest({ requestHash: new Uint8Array([1]), count: 2 }, { clientToken: 'token/1' })
    const [first, second] = await Promise.all([client.runTasks(request), client.runTasks(request)])
    const third = await client.runTasks(request)
    expect(second.taskKeys).toEqual(first.taskKeys)
    expect(third.taskKeys).toEqual(first.taskKeys)
    await settle()
    expect(tasks()).toHaveLength(2)
    const other = await client.runTasks({ ...request, requestHash: new Uint8Array([2]) })
    expect({ ...other }).toMatchObject({ clientTokenConflict: true, taskKeys: [] })
  })

  test('RunTasks gives back what it took when its transaction conflicts, and decides anew', async () => {
    await putInstance('a', { memoryMib: 512 })
    state.holdView()
    // The instance changes where this scheduler cannot see it yet.
    const changed = create(ContainerInstanceSchema, {
      ...state.reader.view.table('containerInstances').get('000000000000/us-east-1/default/a')!.value,
      status: ContainerInstanceStatus.DRAINING,
    })
    await state.writer.commit(new TransactionBuilder().put('containerInstances', changed))
    const commits = hears('commit')
    const answering = client.runTasks(runRequest())
    await commits
    state.releaseView()
    const answer = await answering
    expect(answer.failures.map(({ reason }) => reason)).toEqual(['INACTIVE'])
    await putInstance('a', { memoryMib: 512 })
    expect((await client.runTasks(runRequest())).taskKeys).toHaveLength(1)
  })

  test.each([true, false])(
    'RunTasks keeps its books right when the outcome stays unclear and applied is %j',
    async (applied) => {
      await putInstance('a', { memoryMib: 512 })
      state.failNext(new CommitError('UNAVAILABLE', 'state is away'), { applied })
      await expect(client.runTasks(runRequest())).rejects.toMatchObject({ code: status.UNAVAILABLE })
      await settle()
      expect(tasks()).toHaveLength(applied ? 1 : 0)
      expect((await client.runTasks(runRequest())).taskKeys).toHaveLength(applied ? 0 : 1)
    },
  )

  test('RunTasks starts one task on each named instance when told where', async () => {
    await putInstance('a')
    await putInstance('b', { connected: false })
    await put(
      'containerInstances',
      create(ContainerInstanceSchema, {
        ...scope,
        instanceId: 'gone',
        status: ContainerInstanceStatus.INACTIVE,
      }),
    )
    const answer = await client.runTasks(runRequest({ containerInstanceIds: ['a', 'b', 'gone', 'nowhere'] }))
    expect(answer.taskKeys).toHaveLength(1)
    expect(answer.failures.map(({ reason }) => reason)).toEqual(['AGENT', 'INACTIVE', 'MISSING'])
  })
})

describe('the service loop', () => {
  test('the service loop starts a service and says so when it is created', async () => {
    await putInstance('a')
    startAgent()
    await createService({
      propagateTags: 'SERVICE',
      tags: [{ $typeName: 'homeport.types.v1.Tag', key: 'team', value: 'blue' }],
    })
    await settle()
    expect(running()).toHaveLength(3)
    expect(running()[0]).toMatchObject({
      spec: {
        group: 'service:web',
        startedBy: 'ecs-svc/d1',
        service: 'web',
        deploymentId: 'd1',
        incarnationId: 'i1',
        launchType: 'EC2',
        containers: [{ name: 'web', image: 'httpd:1', cpuUnits: 256, memoryMib: 512 }],
      },
      tags: [{ key: 'team', value: 'blue' }],
    })
    expect(events()).toEqual([
      '(service web) has started 3 tasks: (task ID) (task ID) (task ID).',
      '(service web) (deployment ecs-svc/d1) deployment completed.',
      '(service web) has reached a steady state.',
    ])
    expect(deployments()['d1']).toMatchObject({
      status: ServiceDeploymentStatus.SUCCESSFUL,
      statusReason: 'ECS deployment ecs-svc/d1 completed.',
      finishedAtMs: clock.now(),
    })
  })

  test('the service loop commits a replacement without any timer when a task stops', async () => {
    await putInstance('a')
    startAgent()
    await createService()
    await settle()
    await clock.advance(60_000)
    const [victim] = running()
    await stops(victim!, { stopCode: 'EssentialContainerExited' })
    await settle()
    expect(running()).toHaveLength(3)
    expect(running().map(({ taskId }) => taskId)).not.toContain(victim?.taskId)
    expect(events().slice(-2)).toEqual([
      '(service web) has started 1 tasks: (task ID).',
      '(service web) has reached a steady state.',
    ])
  })

  test('the service loop rolls to a new deployment and never drops below the minimum', async () => {
    await putInstance('a', { cpuUnits: 100_000, memoryMib: 100_000 })
    startAgent()
    await createService()
    await settle()
    let fewest = Number.POSITIVE_INFINITY
    const stopCounting = state.reader.onRevision(() => {
      fewest = Math.min(
        fewest,
        running().filter(({ desiredStatus }) => desiredStatus === TaskStatus.RUNNING).length,
      )
    })
    await updateService({ primaryDeploymentId: 'd2' }, 'd2')
    await settle()
    stopCounting()
    expect(fewest).toBe(3)
    expect(running().map(({ spec }) => spec?.deploymentId)).toEqual(['d2', 'd2', 'd2'])
    const old = tasks().find(({ spec }) => spec?.deploymentId === 'd1')
    expect(old).toMatchObject({
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/d2)',
      stoppingAtMs: clock.now(),
    })
    expect(deployments()['d2']?.status).toBe(ServiceDeploymentStatus.SUCCESSFUL)
  })

  test('the service loop follows the desired count when it changes', async () => {
    await putInstance('a')
    startAgent()
    await createService()
    await settle()
    await updateService({ desiredCount: 5 })
    await settle()
    expect(running()).toHaveLength(5)
    await updateService({ desiredCount: 1 })
    await settle()
    expect(bound()).toHaveLength(1)
  })

  test('the service loop starts the rest as soon as there is room when tasks found no place', async () => {
    await putInstance('a', { memoryMib: 512 })
    startAgent()
    await createService()
    await settle()
    const unplaced = `(service web) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance a) has insufficient memory available. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`
    expect(running()).toHaveLength(1)
    expect(events()).toContain(unplaced)
    expect(await metric('homeport_scheduler_unplaced_services')).toBe(1)
    await clock.advance(59_000)
    await settle()
    expect(events().filter((event) => event === unplaced)).toHaveLength(1)
    await clock.advance(1000)
    await settle()
    expect(events().filter((event) => event === unplaced)).toHaveLength(2)
    await putInstance('b')
    await settle()
    expect(running()).toHaveLength(3)
    expect(await metric('homeport_scheduler_unplaced_services')).toBe(0)
  })

  test('the service loop starts the rest when another task gives its place back', async () => {
    await putInstance('a', { memoryMib: 2 * 512 })
    const answer = await client.runTasks(runRequest())
    await state.reader.waitFor(Number(answer.revision))
    startAgent()
    await createService({ desiredCount: 2 })
    await settle()
    expect(running()).toHaveLength(1)
    await stops(state.reader.view.table('tasks').get(answer.taskKeys[0]!)!.value)
    await settle()
    expect(running()).toHaveLength(2)
  })

  test('the service loop backs off when tasks keep failing, also after a restart, and forgets when one stays', async () => {
    await putInstance('a')
    await createService({ desiredCount: 1 })
    await settle()
    for (let failure = 1; failure <= 4; failure++) {
      await clock.advance(100)
      await stops(bound()[0]!, { stopCode: 'TaskFailedToStart' })
      await settle()
    }
    expect(bound()).toHaveLength(0)
    const { consecutiveFailedCount, retryAfterMs } = deployments()['d1']!
    expect(consecutiveFailedCount).toBe(4)
    expect(retryAfterMs).toBeGreaterThan(clock.now())
    expect(events().at(-1)).toContain('is unable to consistently start tasks successfully.')
    await scheduler.stop()
    scheduler = await start()
    await settle()
    expect({ ...deployments()['d1'] }).toMatchObject({ consecutiveFailedCount, retryAfterMs })
    expect(bound()).toHaveLength(0)
    await clock.advance(1000)
    await settle()
    expect(bound()).toHaveLength(1)
    await runs(bound()[0]!)
    await clock.advance(10_000)
    await settle()
    expect(deployments()['d1']).toMatchObject({ consecutiveFailedCount: 0, retryAfterMs: 0 })
  })

  test('the service loop rolls back to what was completed last when tasks keep failing', async () => {
    await putInstance('a')
    startAgent()
    await createService({ desiredCount: 1, circuitBreakerEnabled: true, circuitBreakerRollback: true })
    await settle()
    stopAgent()
    await clock.advance(10_000)
    await settle()
    await updateService({ primaryDeploymentId: 'd2' }, 'd2')
    await settle()
    for (let failure = 1; failure <= 3; failure++) {
      await clock.advance(100)
      await stops(bound().find(({ spec }) => spec?.deploymentId === 'd2')!)
      await settle()
    }
    const { primaryDeploymentId } = service()
    expect(primaryDeploymentId).toMatch(/^\d{19}$/)
    expect(deployments()['d2']).toMatchObject({
      status: ServiceDeploymentStatus.ROLLBACK_IN_PROGRESS,
      statusReason: 'ECS deployment circuit breaker: tasks failed to start.',
      finishedAtMs: 0,
    })
    expect(deployments()[primaryDeploymentId]).toMatchObject({
      targetRevisionId: 'r-d1',
      sourceRevisionIds: ['r-d2'],
      rollbackOfDeploymentId: 'd2',
      statusReason: 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/d1.',
    })
    expect(events().slice(-3)).toEqual([
      '(service web) (deployment ecs-svc/d2) deployment failed: tasks failed to start.',
      '(service web) rolling back to deployment ecs-svc/d1.',
      '(service web) has started 1 tasks: (task ID).',
    ])
    startAgent()
    await runs(bound().find(({ spec }) => spec?.deploymentId === primaryDeploymentId)!)
    await settle()
    expect(running().map(({ spec }) => spec?.deploymentId)).toEqual([primaryDeploymentId])
    await clock.advance(10_000)
    await settle()
    expect(deployments()[primaryDeploymentId]?.status).toBe(ServiceDeploymentStatus.SUCCESSFUL)
    expect(deployments()['d2']).toMatchObject({
      status: ServiceDeploymentStatus.ROLLBACK_SUCCESSFUL,
      finishedAtMs: clock.now(),
    })
  })

  test('the service loop stops everything and deactivates when the service is deleted', async () => {
    await putInstance('a')
    startAgent()
    await createService()
    await settle()
    await updateService({ status: ServiceStatus.DRAINING, desiredCount: 0 })
    await settle()
    expect(bound()).toEqual([])
    expect(service().status).toBe(ServiceStatus.INACTIVE)
  })

  test('the service loop plans anew when the service changes under it', async () => {
    await putInstance('a')
    state.holdView()
    await state.writer.commit(new TransactionBuilder().put('services', serviceRow({ desiredCount: 9 })))
    state.releaseView()
    await createService({ desiredCount: 2 })
    state.holdView()
    const row = state.reader.view.table('services').get('000000000000/us-east-1/default/web')!
    await state.writer.commit(
      new TransactionBuilder().update(
        'services',
        row,
        create(ServiceSchema, { ...row.value, desiredCount: 4 }),
      ),
    )
    state.releaseView()
    await settle()
    expect(bound()).toHaveLength(4)
  })

  test('the service loop keeps the newest hundred events when more happen', async () => {
    await putInstance('a')
    startAgent()
    await createService({ desiredCount: 1 })
    await settle()
    for (let round = 0; round < 52; round++) {
      await clock.advance(20_000)
      await stops(running()[0]!)
      await settle()
    }
    expect(running()).toHaveLength(1)
    expect(events()).toHaveLength(100)
    expect(events().at(-1)).toBe('(service web) has reached a steady state.')
  })

  test('the service loop keeps a hundred finished deployments when there were more', async () => {
    await putInstance('a')
    startAgent()
    await createService({ desiredCount: 0 })
    await settle()
    await write((tx) => {
      for (let number = 2; number <= 105; number++) writeDeployment(tx, `d${number}`, clock.now() + number)
      tx.put('services', serviceRow({ desiredCount: 0, primaryDeploymentId: 'd105' }))
    })
    await settle()
    await updateService({ desiredCount: 1 })
    await settle()
    const kept = Object.keys(deployments())
    expect(kept).toHaveLength(101)
    expect(kept).not.toContain('d1')
    expect(kept).toContain('d105')
    expect(state.reader.view.table('serviceRevisions').size).toBe(101)
  })

  test('the service loop stops and forgets what is left of an earlier service when the name is used again', async () => {
    await putInstance('a')
    startAgent()
    await createService({ desiredCount: 2 })
    await settle()
    await write((tx) => {
      const names = { ...scope, service: 'web', incarnationId: 'i2' }
      tx.put(
        'serviceRevisions',
        create(ServiceRevisionSchema, { ...names, revisionId: 'r9', taskDefinition: 'web:1' }),
      )
      tx.put(
        'serviceDeployments',
        create(ServiceDeploymentSchema, {
          ...names,
          deploymentId: 'd9',
          targetRevisionId: 'r9',
          status: ServiceDeploymentStatus.PENDING,
        }),
      )
      tx.put('services', serviceRow({ desiredCount: 1, primaryDeploymentId: 'd9', incarnationId: 'i2' }))
    })
    await settle()
    expect(running().map(({ spec }) => spec?.deploymentId)).toEqual(['d9'])
    expect(Object.keys(deployments())).toEqual(['d9'])
    expect(state.reader.view.table('serviceRevisions').size).toBe(1)
  })

  test('the service loop looks at everything again when the view is made anew', async () => {
    await putInstance('a')
    await createService()
    await settle()
    state.reset()
    await settle()
    expect(bound()).toHaveLength(3)
    expect((await client.runTasks(runRequest({ count: 10 }))).taskKeys).toHaveLength(5)
  })
})

describe('the service loop and hosts', () => {
  /** Only tasks of these instances are reported on. */
  let unreachable: Set<string>

  const on = (instanceId: string): Task[] =>
    bound().filter(({ spec }) => spec?.containerInstanceId === instanceId)

  const wanted = (): Task[] => running().filter(({ desiredStatus }) => desiredStatus === TaskStatus.RUNNING)

  /** Marked by the gateway as it marks them: 15 s after the last contact. */
  async function cutOff(...instanceIds: string[]): Promise<void> {
    for (const id of instanceIds) unreachable.add(id)
    await clock.advance(15_000)
    for (const id of instanceIds) await putInstance(id, { connected: false })
    await settle()
  }

  async function heal(...instanceIds: string[]): Promise<void> {
    for (const id of instanceIds) {
      unreachable.delete(id)
      await putInstance(id)
      for (const task of on(id)) if (task.desiredStatus === TaskStatus.STOPPED) await stops(task)
    }
    await settle()
  }

  beforeEach(async () => {
    unreachable = new Set()
    stopAgent = state.reader.onRevision(({ changes }) => {
      for (const { table, after } of changes) {
        if (table !== 'tasks' || after === undefined) continue
        const task = after.value as Task
        if (unreachable.has(task.spec?.containerInstanceId ?? '')) continue
        if (task.desiredStatus === TaskStatus.STOPPED) void stops(task)
        else if (task.observed?.lastStatus === TaskStatus.PENDING) void runs(task)
      }
    })
    for (const id of ['a', 'b', 'c']) await putInstance(id)
    await createService({ desiredCount: 6 })
    await settle()
    await clock.advance(START_HOLD_MS)
  })

  test('the service loop replaces what a host ran as soon as it is marked, and the host stops just that', async () => {
    const lost = on('c').map(({ taskId }) => taskId)
    expect(lost).toHaveLength(2)
    await cutOff('c')
    expect(on('a').length + on('b').length).toBe(6)
    expect(on('c').every(({ desiredStatus }) => desiredStatus === TaskStatus.STOPPED)).toBe(true)
    expect(on('c')[0]).toMatchObject({
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: 'Task was replaced after its container instance lost contact',
      observed: { lastStatus: TaskStatus.RUNNING },
    })
    // Each replacement replaces one when it is up.
    expect(events().slice(-5)).toEqual([
      '(service web) is replacing tasks on container instances that lost contact: (task ID) (task ID).',
      '(service web) has started 2 tasks: (task ID) (task ID).',
      '(service web) has replaced 1 tasks on container instances that lost contact: (task ID).',
      '(service web) has replaced 1 tasks on container instances that lost contact: (task ID).',
      '(service web) has reached a steady state.',
    ])
    await heal('c')
    expect(bound()).toHaveLength(6)
    expect(wanted()).toHaveLength(6)
    expect(bound().filter(({ taskId }) => lost.includes(taskId))).toEqual([])
  })

  test('the service loop adopts what was not replaced when a host returns', async () => {
    // Nothing else has room.
    for (const id of ['a', 'b']) await putInstance(id, { memoryMib: 1024 })
    const before = bound().map(({ taskId }) => taskId)
    await cutOff('c')
    expect(on('c').map(({ desiredStatus }) => desiredStatus)).toEqual([
      TaskStatus.RUNNING,
      TaskStatus.RUNNING,
    ])
    await heal('c')
    expect(bound().map(({ taskId }) => taskId)).toEqual(before)
    expect(events().at(-1)).toBe('(service web) has reached a steady state.')
  })

  test('the service loop holds when most hosts vanish together, says so, and goes on after five minutes', async () => {
    const before = bound().map(({ taskId }) => taskId)
    unreachable.add('b').add('c')
    await write((tx) => {
      for (const id of ['b', 'c']) tx.put('containerInstances', instanceRow(id, { connected: false }))
    })
    await settle()
    expect(bound().map(({ taskId }) => taskId)).toEqual(before)
    expect(events().at(-1)).toBe(
      "(service web) is not replacing tasks on container instances that lost contact yet because more than half of the cluster's container instances lost contact together.",
    )
    await clock.advance(STORM_HOLD_MS - 1)
    await settle()
    expect(on('a')).toHaveLength(2)
    await clock.advance(1)
    await settle()
    expect(on('a')).toHaveLength(6)
    expect(wanted().map(({ spec }) => spec?.containerInstanceId)).toEqual(Array(6).fill('a'))
  })

  test('the service loop holds what is marked just after it started', async () => {
    await scheduler.stop()
    scheduler = await start()
    await settle()
    await cutOff('c')
    expect(on('c').map(({ desiredStatus }) => desiredStatus)).toEqual([
      TaskStatus.RUNNING,
      TaskStatus.RUNNING,
    ])
    expect(events().at(-1)).toContain('yet because the scheduler has just started.')
    await clock.advance(START_HOLD_MS - 15_000)
    await settle()
    expect(on('a').length + on('b').length).toBe(6)
  })

  test('the service loop takes tasks for lost at once when their instance is deregistered', async () => {
    unreachable.add('c')
    await putInstance('c', { status: ContainerInstanceStatus.INACTIVE, connected: false })
    await settle()
    expect(on('a').length + on('b').length).toBe(6)
  })

  test('the service loop moves tasks off a DRAINING instance within the minimum', async () => {
    let fewest = Number.POSITIVE_INFINITY
    const stopCounting = state.reader.onRevision(() => {
      fewest = Math.min(fewest, wanted().length)
    })
    await putInstance('b', { status: ContainerInstanceStatus.DRAINING })
    await settle()
    stopCounting()
    expect(on('b')).toEqual([])
    expect(wanted()).toHaveLength(6)
    expect(fewest).toBe(6)
    expect(events().at(-1)).toBe('(service web) has reached a steady state.')
  })

  test('the service loop leaves other tasks on a DRAINING instance alone', async () => {
    const answer = await client.runTasks(runRequest({ containerInstanceIds: ['b'] }))
    await state.reader.waitFor(Number(answer.revision))
    await putInstance('b', { status: ContainerInstanceStatus.DRAINING })
    await settle()
    expect(on('b')).toHaveLength(1)
    expect(on('b')[0]).toMatchObject({ desiredStatus: TaskStatus.RUNNING, spec: { service: '' } })
  })

  test('the service loop waits for HEALTHY when the task definition has health checks', async () => {
    const checked = { name: 'web', image: 'httpd:2', healthCheck: { command: ['CMD-SHELL', 'true'] } }
    await put(
      'taskDefinitions',
      create(TaskDefinitionSchema, {
        ...scope,
        family: 'web',
        revision: 1,
        document: JSON.stringify({ containerDefinitions: [checked] }),
        requirements: { cpuUnits: 64, memoryMib: 64 },
      }),
    )
    await put('services', serviceRow({ desiredCount: 0 }))
    await settle()
    await updateService({ desiredCount: 2, primaryDeploymentId: 'd2' }, 'd2')
    await settle()
    expect(running()).toHaveLength(2)
    expect(deployments()['d2']?.status).toBe(ServiceDeploymentStatus.IN_PROGRESS)
    for (const task of running())
      await report(task, TaskStatus.RUNNING, { healthStatus: HealthStatus.HEALTHY })
    await settle()
    expect(deployments()['d2']?.status).toBe(ServiceDeploymentStatus.SUCCESSFUL)
  })
})

describe('the service loop and daemons', () => {
  const places = (): string[] =>
    running()
      .filter(({ desiredStatus }) => desiredStatus === TaskStatus.RUNNING)
      .map(({ spec }) => `${spec?.containerInstanceId} ${spec?.deploymentId}`)
      .toSorted()

  const daemon = { schedulingStrategy: SchedulingStrategy.DAEMON, desiredCount: 0 }
  const percents = { minimumHealthyPercent: 0, maximumPercent: 100 }

  beforeEach(async () => {
    await putInstance('a')
    await putInstance('b')
    startAgent()
    await createService({ ...daemon, ...percents })
    await settle()
  })

  test('the service loop runs a daemon on every instance, and counts them', async () => {
    expect(places()).toEqual(['a d1', 'b d1'])
    expect(service().desiredCount).toBe(2)
    expect(deployments()['d1']?.status).toBe(ServiceDeploymentStatus.SUCCESSFUL)
    expect(events().at(-1)).toBe('(service web) has reached a steady state.')
  })

  test('the service loop follows hosts when they come, drain and leave', async () => {
    await putInstance('c')
    await settle()
    expect(places()).toEqual(['a d1', 'b d1', 'c d1'])
    await putInstance('a', { status: ContainerInstanceStatus.DRAINING })
    await settle()
    expect(places()).toEqual(['b d1', 'c d1'])
    expect(service().desiredCount).toBe(2)
    const kept = bound().map(({ taskId }) => taskId)
    await putInstance('b', { connected: false })
    await settle()
    expect(service().desiredCount).toBe(1)
    await putInstance('b')
    await settle()
    expect(bound().map(({ taskId }) => taskId)).toEqual(kept)
    expect(service().desiredCount).toBe(2)
  })

  test('the service loop replaces a daemon where it was when it rolls', async () => {
    await updateService({ primaryDeploymentId: 'd2' }, 'd2')
    await settle()
    expect(places()).toEqual(['a d2', 'b d2'])
    expect(bound()).toHaveLength(2)
    expect(deployments()['d2']?.status).toBe(ServiceDeploymentStatus.SUCCESSFUL)
  })

  test('the service loop waits for room on the instance itself and says so when a daemon has none', async () => {
    await putInstance('c', { memoryMib: 100 })
    await settle()
    expect(places()).toEqual(['a d1', 'b d1'])
    expect(service().desiredCount).toBe(3)
    expect(events().at(-1)).toContain('(container-instance c) has insufficient memory available.')
    await putInstance('c')
    await settle()
    expect(places()).toEqual(['a d1', 'b d1', 'c d1'])
  })

  test('the service loop removes a daemon when it is deleted', async () => {
    await updateService({ status: ServiceStatus.DRAINING, desiredCount: 0 })
    await settle()
    expect(bound()).toEqual([])
    expect(service().status).toBe(ServiceStatus.INACTIVE)
  })
})

describe('the orphan loop', () => {
  const deregister = () => putInstance('a', { status: ContainerInstanceStatus.INACTIVE })
  const runTwo = async (): Promise<void> => {
    await putInstance('a')
    await putInstance('b', { memoryMib: 0 })
    await client.runTasks(runRequest({ count: 2 }))
    await settle()
    for (const task of bound()) await runs(task)
  }

  test('the orphan loop ends the tasks of an instance for good when it is deregistered', async () => {
    await runTwo()
    const [task] = tasks()
    await put('containerInstances', instanceRow('b', { connected: false }))
    await settle()
    expect(bound()).toHaveLength(2)
    await deregister()
    await settle()
    expect(bound()).toEqual([])
    const ended = tasks()
    for (const each of ended) {
      expect(each).toMatchObject({
        desiredStatus: TaskStatus.STOPPED,
        stopCode: 'UserInitiated',
        stoppedReason: 'Container instance deregistration forced by user',
        observed: { lastStatus: TaskStatus.STOPPED, stopCode: '', stoppedAtMs: clock.now() },
      })
    }
    await report(task!, TaskStatus.RUNNING)
    await deregister()
    await settle()
    expect(tasks()).toEqual(ended)
  })

  test('the orphan loop ends what it finds when a scheduler starts', async () => {
    await runTwo()
    await scheduler.stop()
    await deregister()
    await settle()
    expect(bound()).toHaveLength(2)
    scheduler = await start()
    await settle()
    expect(bound()).toEqual([])
  })

  test('the orphan loop repeats itself when a task changes or state fails meanwhile', async () => {
    await runTwo()
    const [task] = tasks()
    state.holdView()
    await state.writer.commit(
      new TransactionBuilder().put(
        'containerInstances',
        instanceRow('a', { status: ContainerInstanceStatus.INACTIVE }),
      ),
    )
    state.failNext(new CommitError('UNAVAILABLE', 'state is away'), { applied: false })
    state.releaseView()
    await settle()
    expect(bound()).toHaveLength(2)
    state.holdView()
    await state.writer.commit(
      new TransactionBuilder().put('tasks', create(TaskSchema, { ...task!, changeCount: 77 })),
    )
    await clock.advance(1000)
    await settle()
    expect(bound()).toHaveLength(2)
    state.releaseView()
    await settle()
    expect(bound()).toEqual([])
    expect(tasks().map(({ changeCount }) => changeCount)).toContain(78)
    expect(await metric('homeport_scheduler_conflicts_total')).toBe(1)
  })

  test('the orphan loop makes room for another task of the service when its instance is deregistered', async () => {
    await putInstance('a')
    await createService({ desiredCount: 1 })
    await settle()
    await runs(bound()[0]!)
    await settle()
    await putInstance('b')
    await deregister()
    await settle()
    expect(bound().map(({ spec }) => spec?.containerInstanceId)).toEqual(['b'])
    expect(deployments()['d1']?.consecutiveFailedCount).toBe(0)
  })
})

describe('the reaper', () => {
  test('the reaper removes stopped tasks and tokens when their time has come, and nothing else', async () => {
    await putInstance('a')
    const request = runRequest({ requestHash: new Uint8Array([1]) }, { clientToken: 'token' })
    const first = await client.runTasks(request)
    await client.runTasks(runRequest())
    await settle()
    await stops(state.reader.view.table('tasks').get(first.taskKeys[0]!)!.value)
    await clock.advance(24 * HOUR_MS - 20_000)
    expect(state.reader.view.table('idempotency').size).toBe(1)
    await clock.advance(30_000)
    expect(state.reader.view.table('idempotency').size).toBe(0)
    expect(tasks()).toHaveLength(2)
    await clock.advance(RETENTION_MS - 24 * HOUR_MS)
    await settle()
    expect(tasks()).toHaveLength(1)
    expect(await metric('homeport_scheduler_reaped_total')).toBe(2)
  }, 60_000)
})

describe('the lease', () => {
  test('a scheduler stops at once when state has gone away in the middle of a placement', async () => {
    await putInstance('a')
    for (let count = 0; count < 5; count++) {
      state.failNext(new CommitError('UNAVAILABLE', 'state is away'), { applied: false })
    }
    const commits = hears('commit')
    const answering = Promise.allSettled([client.runTasks(runRequest())])
    await commits
    await scheduler.stop()
    expect(await answering).toMatchObject([{ status: 'rejected', reason: { code: status.UNAVAILABLE } }])
  })

  test('a scheduler stops acting when another one starts', async () => {
    await putInstance('a')
    startAgent()
    await createService()
    await settle()
    const other = await start()
    await settle()
    expect(scheduler.unhealthyReason()).toBe('another scheduler took over')
    expect(other.unhealthyReason()).toBeUndefined()
    await expect(client.runTasks(runRequest())).rejects.toMatchObject({ code: status.UNAVAILABLE })
    await updateService({ desiredCount: 4 })
    await settle()
    expect(running()).toHaveLength(4)
    await other.stop()
  })

  test('nothing lands when another scheduler took over where this one cannot see it yet', async () => {
    await putInstance('a')
    state.holdView()
    await state.writer.commit(
      new TransactionBuilder().put('leases', create(LeaseSchema, { name: 'scheduler', holderId: 'other' })),
    )
    const commits = hears('commit')
    const answering = client.runTasks(runRequest())
    await commits
    state.releaseView()
    await expect(answering).rejects.toMatchObject({ code: status.UNAVAILABLE })
    expect(tasks()).toEqual([])
  })
})
