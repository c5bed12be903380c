/**
 * Goal: every action as users meet it. Method: the real AWS SDK over loopback HTTP, state in memory, and a
 * scheduler that places everything; tests play the agent by writing what it would observe.
 */
import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListClustersCommand,
  ListContainerInstancesCommand,
  type ListContainerInstancesCommandInput,
  ListDaemonsCommand,
  ListGatewaysCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  type ListTasksCommandInput,
  paginateListTaskDefinitions,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  StartTaskCommand,
  StopTaskCommand,
  type Task,
  waitUntilTasksRunning,
  waitUntilTasksStopped,
} from '@aws-sdk/client-ecs'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { create } from '@bufbuild/protobuf'
import { status } from '@grpc/grpc-js'
import { required } from '@homeport/base'
import { Registry, seededIds, seededRandom, silentLogger, systemClock } from '@homeport/runtime'
import { CommitError, TransactionBuilder } from '@homeport/store'
import {
  createMemoryState,
  type FakeScheduler,
  type MemoryState,
  startFakeScheduler,
} from '@homeport/testkit'
import {
  ContainerInstanceSchema,
  ContainerInstanceStatus,
  TaskObservationSchema,
  TaskStatus,
  TransportProtocol,
} from '@homeport/wire/types'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ApiServer, startApiOn } from './app.ts'

const ACCOUNT_ID = '123456789012'
const REGION = 'eu-central-1'
const ROOT = { accessKeyId: 'AKIAROOT', secretAccessKey: 'top-secret' }
const INSTANCE_ID = 'a'.repeat(32)
const ARN = `arn:aws:ecs:${REGION}:${ACCOUNT_ID}`

let state: MemoryState
let scheduler: FakeScheduler
let registry: Registry
let api: ApiServer
let ecs: ECSClient

const startApi = (): Promise<ApiServer> =>
  startApiOn(
    { ...state, reader: state.reader, writer: state.writer, unhealthyReason: () => undefined },
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
      registry,
    },
  )

const clientOf = (region = REGION, credentials = ROOT): ECSClient =>
  new ECSClient({ endpoint: api.url, region, credentials, maxAttempts: 1 })

beforeEach(async () => {
  state = createMemoryState()
  scheduler = await startFakeScheduler(state, systemClock)
  registry = new Registry()
  api = await startApi()
  ecs = clientOf()
})

afterEach(async () => {
  ecs.destroy()
  await api.stop()
  await scheduler.stop()
})

async function commit(transaction: TransactionBuilder): Promise<void> {
  const outcome = await state.writer.commit(transaction)
  if (outcome.kind !== 'committed') throw new Error('The test lost a race with itself')
  await state.reader.waitFor(outcome.revision)
}

const scope = { accountId: ACCOUNT_ID, region: REGION, cluster: 'default' }

async function addInstance(): Promise<void> {
  const instance = create(ContainerInstanceSchema, {
    ...scope,
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
    agentHash: 'abc',
    dockerVersion: 'DockerVersion: 20.10.24',
  })
  await commit(new TransactionBuilder().insert('containerInstances', instance))
}

async function createDefault(): Promise<void> {
  await ecs.send(new CreateClusterCommand({}))
  await addInstance()
}

const web: RegisterTaskDefinitionCommandInput = {
  family: 'web',
  containerDefinitions: [
    {
      name: 'httpd',
      image: 'httpd:2',
      memory: 64,
      cpu: 128,
      portMappings: [{ containerPort: 80 }, { containerPort: 443, hostPort: 8443 }],
    },
  ],
}

const register = async (input: Partial<RegisterTaskDefinitionCommandInput> = {}): Promise<string> => {
  const { taskDefinition } = await ecs.send(new RegisterTaskDefinitionCommand({ ...web, ...input }))
  return required(taskDefinition?.taskDefinitionArn, 'the ARN')
}

const run = async (input: Partial<ConstructorParameters<typeof RunTaskCommand>[0]> = {}): Promise<Task> => {
  const { tasks } = await ecs.send(new RunTaskCommand({ taskDefinition: 'web', ...input }))
  return required(tasks?.[0], 'the task')
}

/** Plays the agent: the task and its containers are in `lastStatus` from now on. */
async function observe(arn: string, lastStatus: TaskStatus): Promise<void> {
  const key = [ACCOUNT_ID, REGION, 'default', required(arn.split('/').at(-1), 'the id')].join('/')
  const row = required(state.reader.view.table('tasks').get(key), 'the task')
  const observed = create(TaskObservationSchema, {
    lastStatus,
    startedAtMs: 1_750_000_001_000,
    containers: [
      {
        name: 'httpd',
        runtimeId: 'f00',
        lastStatus,
        networkBindings: [
          { bindIp: '0.0.0.0', containerPort: 80, hostPort: 32_768, protocol: TransportProtocol.TCP },
        ],
        ...(lastStatus === TaskStatus.STOPPED && { exitCode: 137 }),
      },
    ],
  })
  await commit(new TransactionBuilder().update('tasks', row, { ...row.value, observed }))
}

const errorOf = async (sent: Promise<unknown>): Promise<string> => {
  try {
    await sent
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
  return 'no error'
}

describe('clusters', () => {
  it('CreateCluster answers the existing cluster when it is repeated', async () => {
    const tags = [{ key: 'team', value: 'a' }]
    const first = await ecs.send(new CreateClusterCommand({ clusterName: 'blue', tags }))
    const second = await ecs.send(new CreateClusterCommand({ clusterName: 'blue' }))
    expect(first.cluster).toMatchObject({
      clusterArn: `${ARN}:cluster/blue`,
      clusterName: 'blue',
      status: 'ACTIVE',
      registeredContainerInstancesCount: 0,
      runningTasksCount: 0,
      pendingTasksCount: 0,
      activeServicesCount: 0,
      settings: [{ name: 'containerInsights', value: 'disabled' }],
      tags,
    })
    expect(second.cluster).toEqual(first.cluster)
  })

  it('DescribeClusters names what is missing, by name and by ARN', async () => {
    await createDefault()
    const answer = await ecs.send(
      new DescribeClustersCommand({ clusters: ['default', `${ARN}:cluster/nope`], include: ['STATISTICS'] }),
    )
    expect(answer.clusters?.[0]).toMatchObject({
      clusterName: 'default',
      registeredContainerInstancesCount: 1,
    })
    expect(answer.clusters?.[0]?.statistics).toContainEqual({ name: 'runningEC2TasksCount', value: '0' })
    expect(answer.failures).toEqual([{ arn: `${ARN}:cluster/nope`, reason: 'MISSING' }])
  })

  it('DeleteCluster keeps the cluster as INACTIVE when it is empty', async () => {
    await ecs.send(new CreateClusterCommand({ clusterName: 'blue' }))
    const { cluster } = await ecs.send(new DeleteClusterCommand({ cluster: 'blue' }))
    expect(cluster?.status).toBe('INACTIVE')
    expect((await ecs.send(new ListClustersCommand({}))).clusterArns).toEqual([])
    const described = await ecs.send(new DescribeClustersCommand({ clusters: ['blue'] }))
    expect(described.clusters?.[0]?.status).toBe('INACTIVE')
    expect(await errorOf(ecs.send(new ListTasksCommand({ cluster: 'blue' })))).toBe(
      'ClusterNotFoundException: The referenced cluster was inactive.',
    )
    const again = await ecs.send(new CreateClusterCommand({ clusterName: 'blue' }))
    expect(again.cluster?.status).toBe('ACTIVE')
  })

  it('DeleteCluster refuses when instances are registered', async () => {
    await createDefault()
    expect(await errorOf(ecs.send(new DeleteClusterCommand({ cluster: 'default' })))).toBe(
      'ClusterContainsContainerInstancesException: The Cluster cannot be deleted while Container Instances are active or draining.',
    )
  })

  it('accounts and regions are separate when clusters have the same name', async () => {
    await createDefault()
    const elsewhere = clientOf('us-east-1')
    expect((await elsewhere.send(new ListClustersCommand({}))).clusterArns).toEqual([])
    expect(
      await errorOf(elsewhere.send(new ListTasksCommand({ cluster: `${ARN}:cluster/default` }))),
    ).toContain('Identifier is for eu-central-1')
    elsewhere.destroy()
  })
})

describe('task definitions', () => {
  it('RegisterTaskDefinition counts revisions up and fills in ECS defaults', async () => {
    await register()
    const { taskDefinition } = await ecs.send(new RegisterTaskDefinitionCommand(web))
    expect(taskDefinition).toMatchObject({
      taskDefinitionArn: `${ARN}:task-definition/web:2`,
      revision: 2,
      status: 'ACTIVE',
      volumes: [],
      placementConstraints: [],
      compatibilities: ['EXTERNAL', 'EC2'],
      registeredBy: `arn:aws:iam::${ACCOUNT_ID}:root`,
    })
    expect(taskDefinition?.registeredAt).toBeInstanceOf(Date)
    expect(taskDefinition?.containerDefinitions).toEqual([
      {
        name: 'httpd',
        image: 'httpd:2',
        cpu: 128,
        memory: 64,
        essential: true,
        environment: [],
        mountPoints: [],
        volumesFrom: [],
        systemControls: [],
        portMappings: [
          { containerPort: 80, hostPort: 0, protocol: 'tcp' },
          { containerPort: 443, hostPort: 8443, protocol: 'tcp' },
        ],
      },
    ])
  })

  it('RegisterTaskDefinition gives every request its own revision when many come at once', async () => {
    const arns = await Promise.all(Array.from({ length: 12 }, () => register()))
    const revisions = arns
      .map((arn) => Number(arn.split(':').at(-1)))
      .toSorted((first, second) => first - second)
    expect(revisions).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  })

  it('RegisterTaskDefinition writes nothing when the request is refused', async () => {
    const containers = [{ name: 'a', image: '', memory: 32 }]
    const refused = register({ containerDefinitions: containers })
    expect(await errorOf(refused)).toBe('ClientException: Container.image should not be null or empty.')
    expect(state.applied).toHaveLength(0)
  })

  it('DescribeTaskDefinition gives the latest ACTIVE revision when only a family is named', async () => {
    await register({ tags: [{ key: 'a', value: 'b' }] })
    await register()
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'web:2' }))
    const latest = await ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: 'web', include: ['TAGS'] }),
    )
    expect([latest.taskDefinition?.revision, latest.tags]).toEqual([1, [{ key: 'a', value: 'b' }]])
    const inactive = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'web:2' }))
    expect(inactive.taskDefinition?.status).toBe('INACTIVE')
    expect(inactive.taskDefinition?.deregisteredAt).toBeInstanceOf(Date)
    expect(await errorOf(ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'web:9' })))).toBe(
      'ClientException: Unable to describe task definition.',
    )
  })

  it('DeregisterTaskDefinition wants a revision that exists', async () => {
    await register()
    const deregister = (taskDefinition: string): Promise<string> =>
      errorOf(ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition })))
    expect(await deregister('web')).toBe('ClientException: Revision is missing.')
    expect(await deregister('web:7')).toBe('ClientException: The specified task definition does not exist.')
  })

  it('ListTaskDefinitions sorts revisions as numbers and pages in both directions', async () => {
    for (let count = 0; count < 11; count += 1) await register()
    await register({ family: 'api' })
    const listed: string[] = []
    for await (const page of paginateListTaskDefinitions({ client: ecs, pageSize: 5 }, {})) {
      listed.push(
        ...(page.taskDefinitionArns ?? []).map((arn) => required(arn.split('/').at(-1), 'the name')),
      )
    }
    const revisions = Array.from({ length: 11 }, (_, index) => `web:${index + 1}`)
    expect(listed).toEqual(['api:1', ...revisions])
    const newest = await ecs.send(
      new ListTaskDefinitionsCommand({ familyPrefix: 'web', sort: 'DESC', maxResults: 2 }),
    )
    expect(newest.taskDefinitionArns).toEqual([
      `${ARN}:task-definition/web:11`,
      `${ARN}:task-definition/web:10`,
    ])
  })

  it('ListTaskDefinitionFamilies tells families by whether a revision is ACTIVE', async () => {
    await register()
    await register({ family: 'worker' })
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'web:1' }))
    const families = async (status: 'ACTIVE' | 'INACTIVE' | undefined): Promise<unknown> =>
      (await ecs.send(new ListTaskDefinitionFamiliesCommand({ status, familyPrefix: 'w' }))).families
    expect(await families('ACTIVE')).toEqual(['worker'])
    expect(await families('INACTIVE')).toEqual(['web'])
    expect(await families(undefined)).toEqual(['web', 'worker'])
  })
})

describe('tasks', () => {
  beforeEach(createDefault)

  it('RunTask answers the tasks as they are placed', async () => {
    await register()
    const answer = await ecs.send(
      new RunTaskCommand({
        taskDefinition: 'web',
        count: 2,
        startedBy: 'me',
        launchType: 'EXTERNAL',
        enableECSManagedTags: true,
        tags: [{ key: 'a', value: 'b' }],
        overrides: { containerOverrides: [{ name: 'httpd', cpu: 256, memoryReservation: 32 }] },
      }),
    )
    expect(answer.failures).toEqual([])
    expect(answer.tasks).toHaveLength(2)
    const [task] = answer.tasks ?? []
    expect(task).toMatchObject({
      clusterArn: `${ARN}:cluster/default`,
      containerInstanceArn: `${ARN}:container-instance/default/${INSTANCE_ID}`,
      taskDefinitionArn: `${ARN}:task-definition/web:1`,
      group: 'family:web',
      startedBy: 'me',
      launchType: 'EXTERNAL',
      lastStatus: 'PENDING',
      desiredStatus: 'RUNNING',
      cpu: '256',
      memory: '32',
      version: 1,
      connectivity: 'CONNECTED',
      attributes: [{ name: 'ecs.cpu-architecture', value: 'x86_64' }],
      overrides: { containerOverrides: [{ name: 'httpd', cpu: 256, memoryReservation: 32 }] },
      tags: [
        { key: 'a', value: 'b' },
        { key: 'aws:ecs:clusterName', value: 'default' },
      ],
    })
    expect(task?.containers?.[0]).toMatchObject({
      name: 'httpd',
      lastStatus: 'PENDING',
      cpu: '256',
      memory: '64',
    })
    expect(scheduler.requests[0]?.spec?.requirements).toMatchObject({
      cpuUnits: 256,
      memoryMib: 32,
      hostPorts: [{ port: 8443, protocol: TransportProtocol.TCP }],
    })
  })

  it('the waiters of the SDK see a task run and stop', async () => {
    await register()
    const arn = required((await run()).taskArn, 'the ARN')
    const waiter = { client: ecs, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }
    await observe(arn, TaskStatus.RUNNING)
    await waitUntilTasksRunning(waiter, { tasks: [arn] })
    const running = (await ecs.send(new DescribeTasksCommand({ tasks: [arn] }))).tasks?.[0]
    expect(running?.containers?.[0]?.networkBindings).toEqual([
      { bindIP: '0.0.0.0', containerPort: 80, hostPort: 32_768, protocol: 'tcp' },
    ])
    const { task } = await ecs.send(new StopTaskCommand({ task: arn, reason: 'enough' }))
    expect(task).toMatchObject({
      desiredStatus: 'STOPPED',
      lastStatus: 'RUNNING',
      stopCode: 'UserInitiated',
      stoppedReason: 'enough',
      version: 2,
    })
    await observe(arn, TaskStatus.STOPPED)
    await waitUntilTasksStopped(waiter, { tasks: [arn] })
    const stopped = (await ecs.send(new DescribeTasksCommand({ tasks: [arn] }))).tasks?.[0]
    expect(stopped?.containers?.[0]?.exitCode).toBe(137)
    const again = await ecs.send(new StopTaskCommand({ task: arn, reason: 'other' }))
    expect(again.task?.stoppedReason).toBe('enough')
  })

  it('RunTask has one effect when it is repeated with its client token', async () => {
    await register()
    const [first, second] = [await run({ clientToken: 'token' }), await run({ clientToken: 'token' })]
    expect(second.taskArn).toBe(first.taskArn)
    const other = ecs.send(new RunTaskCommand({ taskDefinition: 'web', clientToken: 'token', count: 3 }))
    await expect(other).rejects.toMatchObject({ name: 'ConflictException', resourceIds: [first.taskArn] })
    expect((await ecs.send(new ListTasksCommand({}))).taskArns).toEqual([first.taskArn])
  })

  it('RunTask asks for the architecture that the task definition is built for', async () => {
    await register({ runtimePlatform: { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' } })
    await run({ placementConstraints: [{ type: 'distinctInstance' }] })
    expect(
      scheduler.requests[0]?.placementConstraints.map(({ type, expression }) => `${type} ${expression}`),
    ).toEqual(['memberOf attribute:ecs.cpu-architecture == x86_64', 'distinctInstance '])
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'web' }))
    expect(taskDefinition?.placementConstraints).toEqual([])
  })

  it('RunTask answers failures when there is no room', async () => {
    await register()
    scheduler.refuseAll({ arn: '', reason: 'RESOURCE:MEMORY', detail: '1 instance: RESOURCE:MEMORY' })
    const answer = await ecs.send(new RunTaskCommand({ taskDefinition: 'web' }))
    expect(answer).toMatchObject({
      tasks: [],
      failures: [{ reason: 'RESOURCE:MEMORY', detail: '1 instance: RESOURCE:MEMORY' }],
    })
  })

  it('StartTask starts one task on each named instance', async () => {
    await register()
    const containerInstances = [`${ARN}:container-instance/default/${INSTANCE_ID}`]
    const answer = await ecs.send(new StartTaskCommand({ taskDefinition: 'web', containerInstances }))
    expect(answer.tasks?.[0]?.containerInstanceArn).toBe(containerInstances[0])
    expect(scheduler.requests[0]?.containerInstanceIds).toEqual([INSTANCE_ID])
  })

  const refusals: [string, Partial<ConstructorParameters<typeof RunTaskCommand>[0]>, string][] = [
    ['an unknown cluster', { cluster: 'nope' }, 'ClusterNotFoundException: Cluster not found.'],
    ['an unknown task definition', { taskDefinition: 'x' }, 'ClientException: TaskDefinition not found.'],
    ['a deregistered revision', { taskDefinition: 'web:1' }, 'ClientException: TaskDefinition is inactive'],
    ['too many tasks', { count: 11 }, 'InvalidParameterException: Count should be between 1 and 10.'],
    [
      'Fargate',
      { launchType: 'FARGATE' },
      'InvalidParameterException: Task definition does not support launch_type FARGATE.',
    ],
    [
      'an override of no container',
      { overrides: { containerOverrides: [{ name: 'x' }] } },
      'InvalidParameterException: Override for container named x is not a container in the TaskDefinition.',
    ],
    [
      'a network configuration',
      { networkConfiguration: { awsvpcConfiguration: { subnets: ['s'] } } },
      'InvalidParameterException: Network Configuration is not valid for the given networkMode of this task definition.',
    ],
    [
      'ECS Exec',
      { enableExecuteCommand: true },
      "UnsupportedFeatureException: Homeport does not support 'enableExecuteCommand' yet.",
    ],
    [
      'a malformed query',
      { placementConstraints: [{ type: 'memberOf', expression: 'attribute:' }] },
      'InvalidParameterException: Invalid expression',
    ],
  ]
  it.each(refusals)('RunTask refuses %s and asks for no placement', async (_what, input, words) => {
    await register()
    await register()
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'web:1' }))
    expect(await errorOf(run(input))).toContain(words)
    expect(scheduler.requests).toEqual([])
  })

  it('RunTask refuses when the cluster has no instances', async () => {
    await register()
    await ecs.send(new CreateClusterCommand({ clusterName: 'empty' }))
    expect(await errorOf(run({ cluster: 'empty' }))).toBe(
      'InvalidParameterException: No Container Instances were found in your cluster.',
    )
  })

  it('ListTasks gives what is wanted by default and what has stopped when asked', async () => {
    await register()
    const [first, second] = [await run({ startedBy: 'me' }), await run()]
    await observe(required(first.taskArn, 'it'), TaskStatus.STOPPED)
    const list = async (input: ListTasksCommandInput): Promise<unknown> =>
      (await ecs.send(new ListTasksCommand(input))).taskArns
    expect(await list({})).toEqual([second.taskArn])
    expect(await list({ desiredStatus: 'STOPPED' })).toEqual([first.taskArn])
    expect(await list({ desiredStatus: 'PENDING' })).toEqual([])
    expect(await list({ startedBy: 'me' })).toEqual([])
    expect(await list({ family: 'web' })).toEqual([second.taskArn])
    expect(await list({ family: 'other' })).toEqual([])
    expect(await list({ containerInstance: INSTANCE_ID })).toEqual([second.taskArn])
    expect(await list({ containerInstance: INSTANCE_ID, desiredStatus: 'STOPPED' })).toEqual([first.taskArn])
    expect(await list({ launchType: 'EXTERNAL' })).toEqual([])
  })

  it('ListTasks continues after a restart and refuses tokens of other questions', async () => {
    await register()
    await ecs.send(new RunTaskCommand({ taskDefinition: 'web', count: 5 }))
    const first = await ecs.send(new ListTasksCommand({ maxResults: 3 }))
    await api.stop()
    registry = new Registry()
    api = await startApi()
    ecs = clientOf()
    const rest = await ecs.send(new ListTasksCommand({ maxResults: 3, nextToken: first.nextToken }))
    expect([...(first.taskArns ?? []), ...(rest.taskArns ?? [])]).toHaveLength(5)
    expect(rest.nextToken).toBeUndefined()
    const token = required(first.nextToken, 'the token')
    const changed = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`
    for (const input of [{ nextToken: changed }, { nextToken: token, family: 'web' }, { nextToken: 'x' }]) {
      expect(await errorOf(ecs.send(new ListTasksCommand(input)))).toContain(
        'InvalidParameterException: Invalid token',
      )
    }
  })

  it('DescribeTasks names what is missing and refuses what is no id', async () => {
    const missing = 'f'.repeat(32)
    const answer = await ecs.send(new DescribeTasksCommand({ tasks: [missing] }))
    expect(answer).toMatchObject({
      tasks: [],
      failures: [{ arn: `${ARN}:task/default/${missing}`, reason: 'MISSING' }],
    })
    const describe = (tasks: string[]): Promise<string> =>
      errorOf(ecs.send(new DescribeTasksCommand({ tasks })))
    expect(await describe(['None'])).toBe('InvalidParameterException: taskId length should be one of [32,36]')
    expect(await describe(['a/b/c'])).toContain('Unexpected number of separators')
    expect(await describe([])).toBe('InvalidParameterException: Tasks cannot be empty.')
    expect(await describe(Array.from({ length: 101 }, () => missing))).toContain('more than 100')
    expect(await describe([`${ARN}:task/other/${missing}`])).toContain('Identifier is for cluster other')
    expect(await errorOf(ecs.send(new StopTaskCommand({ task: missing })))).toBe(
      'InvalidParameterException: The referenced task was not found.',
    )
  })

  it('counts follow the tasks when they run and stop', async () => {
    await register()
    const arn = required((await run()).taskArn, 'the ARN')
    const counts = async (): Promise<unknown[]> => {
      const [cluster] = (await ecs.send(new DescribeClustersCommand({}))).clusters ?? []
      return [cluster?.pendingTasksCount, cluster?.runningTasksCount]
    }
    expect(await counts()).toEqual([1, 0])
    await observe(arn, TaskStatus.RUNNING)
    expect(await counts()).toEqual([0, 1])
    state.reset()
    expect(await counts()).toEqual([0, 1])
    await observe(arn, TaskStatus.STOPPED)
    expect(await counts()).toEqual([0, 0])
  })
})

describe('container instances', () => {
  beforeEach(createDefault)

  it('DescribeContainerInstances derives what remains from the tasks', async () => {
    await register()
    const arn = required((await run()).taskArn, 'the ARN')
    const describeInstance = async () => {
      const input = { containerInstances: [INSTANCE_ID, 'b'.repeat(32)] }
      const answer = await ecs.send(new DescribeContainerInstancesCommand(input))
      expect(answer.failures).toEqual([
        { arn: `${ARN}:container-instance/default/${'b'.repeat(32)}`, reason: 'MISSING' },
      ])
      return required(answer.containerInstances?.[0], 'the instance')
    }
    const loaded = await describeInstance()
    expect(loaded).toMatchObject({
      ec2InstanceId: 'mi-0123456789abcdef0',
      status: 'ACTIVE',
      agentConnected: true,
      pendingTasksCount: 1,
      versionInfo: { agentVersion: '1.0.0', dockerVersion: 'DockerVersion: 20.10.24' },
    })
    const remaining = (instance: typeof loaded): unknown =>
      instance.remainingResources?.map(({ integerValue, stringSetValue }) => stringSetValue ?? integerValue)
    expect(remaining(loaded)).toEqual([3968, 7936, ['22', '8443'], []])
    await observe(arn, TaskStatus.STOPPED)
    expect(remaining(await describeInstance())).toEqual([4096, 8000, ['22'], []])
  })

  it('ListContainerInstances filters by status and by query', async () => {
    const list = async (input: ListContainerInstancesCommandInput): Promise<number> =>
      (await ecs.send(new ListContainerInstancesCommand(input))).containerInstanceArns?.length ?? -1
    expect(await list({})).toBe(1)
    expect(await list({ status: 'DRAINING' })).toBe(0)
    expect(await list({ filter: 'attribute:ecs.cpu-architecture == x86_64' })).toBe(1)
    expect(await list({ filter: 'attribute:ecs.cpu-architecture == arm64' })).toBe(0)
  })
})

describe('the edge', () => {
  it('GetCallerIdentity says whose credentials they are', async () => {
    const sts = new STSClient({ endpoint: api.url, region: REGION, credentials: ROOT })
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: ACCOUNT_ID,
      Arn: `arn:aws:iam::${ACCOUNT_ID}:root`,
    })
    sts.destroy()
  })

  it('a request is refused when its signature is wrong', async () => {
    const stranger = clientOf(REGION, { accessKeyId: ROOT.accessKeyId, secretAccessKey: 'guess' })
    expect(await errorOf(stranger.send(new ListClustersCommand({})))).toContain('InvalidSignatureException')
    const unknown = clientOf(REGION, { accessKeyId: 'AKIAOTHER', secretAccessKey: 'guess' })
    expect(await errorOf(unknown.send(new ListClustersCommand({})))).toContain('UnrecognizedClientException')
    stranger.destroy()
    unknown.destroy()
  })

  it('a write is throttled when state is overloaded, and fails as retryable when state is away', async () => {
    state.failNext(new CommitError('OVERLOADED', 'full'), { applied: false })
    await expect(ecs.send(new CreateClusterCommand({}))).rejects.toMatchObject({
      name: 'ThrottlingException',
      message: 'Rate exceeded',
    })
    state.failNext(new CommitError('UNAVAILABLE', 'away'), { applied: false })
    await expect(ecs.send(new CreateClusterCommand({}))).rejects.toMatchObject({
      name: 'ServerException',
      $fault: 'server',
    })
  })

  it('RunTask tells the scheduler apart when it is busy, away or refuses', async () => {
    await createDefault()
    await register()
    const answers: [number, string][] = [
      [status.RESOURCE_EXHAUSTED, 'ThrottlingException: Rate exceeded'],
      [status.UNAVAILABLE, 'ServerException: Service Unavailable. Please try again later.'],
      [status.INVALID_ARGUMENT, 'InvalidParameterException: because'],
    ]
    for (const [code, words] of answers) {
      scheduler.failNext(code, 'because')
      expect(await errorOf(run())).toBe(words)
    }
    scheduler.failNext(status.INTERNAL, 'a secret of ours')
    expect(await errorOf(run())).not.toContain('secret')
  })

  it('an operation without an action is refused by name', async () => {
    expect(await errorOf(ecs.send(new ListDaemonsCommand({})))).toBe(
      'UnsupportedFeatureException: Homeport does not implement ListDaemons yet.',
    )
    expect(await errorOf(ecs.send(new ListGatewaysCommand({})))).toBe(
      'UnsupportedFeatureException: Homeport does not implement ListGateways: gateways are built on VPC Lattice.',
    )
  })

  it('requests are counted by operation and code', async () => {
    await ecs.send(new ListClustersCommand({}))
    await errorOf(ecs.send(new ListTasksCommand({})))
    const text = await registry.metrics()
    expect(text).toContain('homeport_api_requests_total{service="ecs",operation="ListClusters",code="OK"} 1')
    expect(text).toContain(
      'homeport_api_requests_total{service="ecs",operation="ListTasks",code="ClusterNotFoundException"} 1',
    )
    expect(text).toContain('homeport_api_requests_in_flight{service="ecs"} 0')
  })
})
