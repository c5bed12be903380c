import { CreateClusterCommand, ECSClient, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs'
import { create } from '@bufbuild/protobuf'
import { required } from '@homeport/base'
import { Registry, seededIds, seededRandom, silentLogger, systemClock } from '@homeport/runtime'
import { type ClusterScope, TransactionBuilder } from '@homeport/store'
import {
  createMemoryState,
  type FakeScheduler,
  type MemoryState,
  startFakeScheduler,
} from '@homeport/testkit'
import {
  type ContainerInstance,
  ContainerInstanceSchema,
  ContainerInstanceStatus,
  type Task,
  TaskSchema,
  TaskStatus,
  TransportProtocol,
} from '@homeport/wire/types'
import { type ApiServer, startApiOn } from '../app.ts'

export const ACCOUNT_ID = '123456789012'
export const REGION = 'eu-central-1'
export const ARN: string = `arn:aws:ecs:${REGION}:${ACCOUNT_ID}`
export const DEFAULT_SCOPE: ClusterScope = { accountId: ACCOUNT_ID, region: REGION, cluster: 'default' }
export const INSTANCE_ID: string = 'a'.repeat(32)

/** The root credentials of every test api. */
export const ROOT = { accessKeyId: 'AKIAROOT', secretAccessKey: 'top-secret' }

/** An api over a state in memory, and the SDK's client of it. */
export interface World {
  readonly state: MemoryState
  readonly ecs: ECSClient
  readonly url: string
  /** Durable and visible when it resolves. */
  commit(transaction: TransactionBuilder): Promise<void>
  /** The cluster `default` with one registered instance, `INSTANCE_ID` unless `fields` says otherwise. */
  addInstance(fields?: Partial<ContainerInstance>): Promise<ContainerInstance>
  /** A task of the cluster `default` on the instance `INSTANCE_ID`, RUNNING unless `fields` says otherwise. */
  addTask(taskId: string, fields?: Partial<Task>): Promise<Task>
  task(taskId: string): Task
  stop(): Promise<void>
}

/** An api over a state in memory, the scheduler behind it, and the SDK's client of it. */
export interface TestApi {
  readonly state: MemoryState
  readonly scheduler: FakeScheduler
  readonly api: ApiServer
  readonly ecs: ECSClient
  stop(): Promise<void>
}

/** Starts an api that holds nothing yet. */
export async function startTestApi(): Promise<TestApi> {
  const state = createMemoryState()
  const scheduler = await startFakeScheduler(state, systemClock)
  const api = await startApiOn(
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
      random: seededRandom(1),
      ids: seededIds(seededRandom(2)),
      logger: silentLogger,
      registry: new Registry(),
    },
  )
  const ecs = new ECSClient({ endpoint: api.url, region: REGION, credentials: ROOT, maxAttempts: 1 })
  return {
    state,
    scheduler,
    api,
    ecs,
    stop: async () => {
      ecs.destroy()
      await api.stop()
      await scheduler.stop()
    },
  }
}

/** Starts a world with the cluster `default` and the task definition `web:1`. */
export async function startWorld(): Promise<World> {
  const parts = await startTestApi()
  const { state, api, ecs } = parts
  await ecs.send(new CreateClusterCommand({}))
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'web',
      containerDefinitions: [{ name: 'httpd', image: 'httpd:2', memory: 64 }],
    }),
  )
  const commit = async (transaction: TransactionBuilder): Promise<void> => {
    const outcome = await state.writer.commit(transaction)
    if (outcome.kind !== 'committed') throw new Error('The test lost a race with itself')
    await state.reader.waitFor(outcome.revision)
  }
  return {
    state,
    ecs,
    url: api.url,
    commit,
    addInstance: async (fields = {}) => {
      const instance = instanceWith(fields)
      await commit(new TransactionBuilder().insert('containerInstances', instance))
      return instance
    },
    addTask: async (taskId, fields = {}) => {
      const task = taskWith(taskId, fields)
      await commit(new TransactionBuilder().insert('tasks', task))
      return task
    },
    task: (taskId) =>
      required(state.reader.view.table('tasks').get(`${ACCOUNT_ID}/${REGION}/default/${taskId}`), 'the task')
        .value,
    stop: () => parts.stop(),
  }
}

const instanceWith = (fields: Partial<ContainerInstance>): ContainerInstance => ({
  ...create(ContainerInstanceSchema, {
    ...DEFAULT_SCOPE,
    instanceId: INSTANCE_ID,
    externalId: 'mi-0123456789abcdef0',
    status: ContainerInstanceStatus.ACTIVE,
    agentConnected: true,
    registeredAtMs: 1_750_000_000_000,
    resources: {
      cpuUnits: 4096,
      memoryMib: 8000,
      reservedPorts: [{ port: 22, protocol: TransportProtocol.TCP }],
    },
    attributes: [{ name: 'ecs.cpu-architecture', value: 'x86_64' }, { name: 'ecs.capability.x' }],
    agentVersion: '1.0.0',
  }),
  ...fields,
})

const taskWith = (taskId: string, fields: Partial<Task>): Task => ({
  ...create(TaskSchema, {
    ...DEFAULT_SCOPE,
    taskId,
    spec: {
      taskDefinition: 'web:1',
      containerInstanceId: INSTANCE_ID,
      group: 'family:web',
      launchType: 'EC2',
      createdAtMs: 1_750_000_000_000,
      containers: [{ name: 'httpd', image: 'httpd:2' }],
    },
    desiredStatus: TaskStatus.RUNNING,
    observed: {
      lastStatus: TaskStatus.RUNNING,
      startedAtMs: 1_750_000_001_000,
      containers: [{ name: 'httpd', lastStatus: TaskStatus.RUNNING }],
    },
    changeCount: 2,
  }),
  ...fields,
})

/** `NAME: MESSAGE` of the error that `sent` fails with. */
export async function errorOf(sent: Promise<unknown>): Promise<string> {
  try {
    await sent
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
  return 'no error'
}
