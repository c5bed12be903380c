/**
 * Goal: services as users meet them. Method: the real AWS SDK over loopback HTTP, state in memory; tests play the
 * scheduler's service loop and the agent by writing what these would.
 */
import {
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  DescribeServicesCommand,
  type ECSClient,
  ListServicesCommand,
  ListTagsForResourceCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type Service,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
  waitUntilServicesInactive,
  waitUntilServicesStable,
} from '@aws-sdk/client-ecs'
import { create } from '@bufbuild/protobuf'
import { required } from '@homeport/base'
import { TransactionBuilder } from '@homeport/store'
import type { FakeScheduler, MemoryState } from '@homeport/testkit'
import {
  ContainerInstanceSchema,
  ContainerInstanceStatus,
  ServiceDeploymentStatus,
  ServiceEventSchema,
  ServiceStatus,
  type Service as StoredService,
  TaskSchema,
  TaskStatus,
} from '@homeport/wire/types'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ApiServer } from './app.ts'
import { ACCOUNT_ID, ARN, REGION, startTestApi } from './testing/start-world.ts'

const SERVICE_KEY = `${ACCOUNT_ID}/${REGION}/default/web`
const scope = { accountId: ACCOUNT_ID, region: REGION, cluster: 'default' }

let state: MemoryState
let scheduler: FakeScheduler
let api: ApiServer
let ecs: ECSClient
let taskCount: number

beforeEach(async () => {
  taskCount = 0
  ;({ state, scheduler, api, ecs } = await startTestApi())
  await ecs.send(new CreateClusterCommand({}))
  await register()
})

afterEach(async () => {
  ecs.destroy()
  await api.stop()
  await scheduler.stop()
})

const register = (): Promise<unknown> =>
  ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'web',
      containerDefinitions: [{ name: 'httpd', image: 'httpd:2', memory: 64 }],
    }),
  )

const request: CreateServiceCommandInput = { serviceName: 'web', taskDefinition: 'web', desiredCount: 2 }

const createWeb = async (input: Partial<CreateServiceCommandInput> = {}): Promise<Service> =>
  required((await ecs.send(new CreateServiceCommand({ ...request, ...input }))).service, 'the service')

const update = async (input: Partial<UpdateServiceCommandInput>): Promise<Service> =>
  required((await ecs.send(new UpdateServiceCommand({ service: 'web', ...input }))).service, 'the service')

const describeWeb = async (): Promise<Service> =>
  required((await ecs.send(new DescribeServicesCommand({ services: ['web'] }))).services?.[0], 'the service')

async function commit(transaction: TransactionBuilder): Promise<void> {
  const outcome = await state.writer.commit(transaction)
  if (outcome.kind !== 'committed') throw new Error('The test lost a race with itself')
  await state.reader.waitFor(outcome.revision)
}

const serviceRow = () => required(state.reader.view.table('services').get(SERVICE_KEY), 'the row')

const deploymentRow = (deploymentId: string) =>
  required(state.reader.view.table('serviceDeployments').get(`${SERVICE_KEY}/${deploymentId}`), 'the row')

/** Plays the service loop and the agent: a task of the primary deployment that runs. */
async function runTaskOf(service: StoredService): Promise<string> {
  taskCount += 1
  const taskId = String(taskCount).padStart(32, '0')
  const task = create(TaskSchema, {
    ...scope,
    taskId,
    spec: {
      taskDefinition: 'web:1',
      containerInstanceId: 'a'.repeat(32),
      service: service.name,
      deploymentId: service.primaryDeploymentId,
      incarnationId: service.incarnationId,
      startedBy: `ecs-svc/${service.primaryDeploymentId}`,
    },
    desiredStatus: TaskStatus.RUNNING,
    observed: { lastStatus: TaskStatus.RUNNING },
  })
  await commit(new TransactionBuilder().insert('tasks', task))
  return taskId
}

async function endTask(taskId: string): Promise<void> {
  const key = `${ACCOUNT_ID}/${REGION}/default/${taskId}`
  await commit(new TransactionBuilder().delete('tasks', key))
}

/** Plays the service loop: the task is told to stop. */
async function tellToStop(taskId: string): Promise<void> {
  const row = required(
    state.reader.view.table('tasks').get(`${ACCOUNT_ID}/${REGION}/default/${taskId}`),
    'the row',
  )
  const told = { ...row.value, desiredStatus: TaskStatus.STOPPED }
  await commit(new TransactionBuilder().update('tasks', row, told))
}

/** Plays the gateway: the instance of every task has contact or has not. */
const putInstance = (
  agentConnected: boolean,
  status: ContainerInstanceStatus = ContainerInstanceStatus.ACTIVE,
): Promise<void> =>
  commit(
    new TransactionBuilder().put(
      'containerInstances',
      create(ContainerInstanceSchema, { ...scope, instanceId: 'a'.repeat(32), agentConnected, status }),
    ),
  )

async function completeDeployment(): Promise<void> {
  const row = deploymentRow(serviceRow().value.primaryDeploymentId)
  const completed = { ...row.value, status: ServiceDeploymentStatus.SUCCESSFUL }
  await commit(new TransactionBuilder().update('serviceDeployments', row, completed))
}

const errorOf = async (sent: Promise<unknown>): Promise<string> => {
  try {
    await sent
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
  return 'no error'
}

describe('CreateService', () => {
  it('creates the service with its first deployment at once', async () => {
    const before = state.applied.length
    const service = await createWeb({
      tags: [{ key: 'a', value: 'b' }],
      placementStrategy: [{ type: 'spread', field: 'instanceId' }],
      placementConstraints: [{ type: 'distinctInstance' }],
      enableECSManagedTags: true,
      propagateTags: 'SERVICE',
    })
    expect(state.applied).toHaveLength(before + 1)
    expect(service).toMatchObject({
      serviceArn: `${ARN}:service/default/web`,
      clusterArn: `${ARN}:cluster/default`,
      status: 'ACTIVE',
      desiredCount: 2,
      runningCount: 0,
      pendingCount: 0,
      taskDefinition: `${ARN}:task-definition/web:1`,
      launchType: 'EC2',
      schedulingStrategy: 'REPLICA',
      deploymentController: { type: 'ECS' },
      deploymentConfiguration: {
        deploymentCircuitBreaker: { enable: false, rollback: false },
        maximumPercent: 200,
        minimumHealthyPercent: 100,
      },
      placementStrategy: [{ type: 'spread', field: 'instanceId' }],
      placementConstraints: [{ type: 'distinctInstance' }],
      enableECSManagedTags: true,
      propagateTags: 'SERVICE',
      createdBy: `arn:aws:iam::${ACCOUNT_ID}:root`,
      tags: [{ key: 'a', value: 'b' }],
      events: [],
      loadBalancers: [],
    })
    expect(service.deployments).toHaveLength(1)
    expect(service.deployments?.[0]).toMatchObject({
      status: 'PRIMARY',
      desiredCount: 2,
      rolloutState: 'IN_PROGRESS',
      failedTasks: 0,
      taskDefinition: `${ARN}:task-definition/web:1`,
    })
    expect(service.deployments?.[0]?.id).toMatch(/^ecs-svc\/\d{19}$/)
    expect(service.currentServiceDeployment).toMatch(/:service-deployment\/default\/web\/\d{19}$/)
  })

  it('has one effect when it is repeated, and refuses another request for the same name', async () => {
    const first = await createWeb({ clientToken: 'token' })
    const second = await createWeb({ clientToken: 'token' })
    expect(second.deployments?.[0]?.id).toBe(first.deployments?.[0]?.id)
    const words = 'InvalidParameterException: Creation of service was not idempotent.'
    expect(await errorOf(createWeb({ clientToken: 'other' }))).toBe(words)
    expect(await errorOf(createWeb({ clientToken: 'token', desiredCount: 3 }))).toBe(words)
  })

  it('keeps its circuit breaker until another one is asked for', async () => {
    const asked = (enable: boolean, rollback: boolean) => ({
      deploymentConfiguration: { deploymentCircuitBreaker: { enable, rollback } },
    })
    const created = await createWeb(asked(true, true))
    expect(created.deploymentConfiguration?.deploymentCircuitBreaker).toEqual({
      enable: true,
      rollback: true,
    })
    const update = (fields: object) =>
      ecs.send(new UpdateServiceCommand({ service: 'web', ...fields })).then(({ service }) => service)
    const scaled = await update({ desiredCount: 3 })
    expect(scaled?.deploymentConfiguration?.deploymentCircuitBreaker).toEqual({
      enable: true,
      rollback: true,
    })
    const changed = await update(asked(true, false))
    expect(changed?.deploymentConfiguration?.deploymentCircuitBreaker).toEqual({
      enable: true,
      rollback: false,
    })
  })

  it('is a daemon without a count of its own when that is asked for', async () => {
    const created = await createWeb({ schedulingStrategy: 'DAEMON', desiredCount: undefined })
    expect(created).toMatchObject({
      schedulingStrategy: 'DAEMON',
      desiredCount: 0,
      deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 0 },
    })
    const list = (schedulingStrategy?: 'DAEMON' | 'REPLICA') =>
      ecs.send(new ListServicesCommand({ schedulingStrategy })).then(({ serviceArns }) => serviceArns?.length)
    expect([await list(), await list('DAEMON'), await list('REPLICA')]).toEqual([1, 1, 0])
    expect(await errorOf(ecs.send(new UpdateServiceCommand({ service: 'web', desiredCount: 2 })))).toContain(
      'does not support a desired count',
    )
    const { service } = await ecs.send(new DeleteServiceCommand({ service: 'web' }))
    expect(service?.status).toBe('DRAINING')
  })

  const refusals: [string, Partial<CreateServiceCommandInput>, string][] = [
    ['an unknown cluster', { cluster: 'x' }, 'ClusterNotFoundException: Cluster not found.'],
    ['an unknown task definition', { taskDefinition: 'x' }, 'ClientException: TaskDefinition not found.'],
    ['a missing desired count', { desiredCount: undefined }, 'Desired count can not be blank.'],
    ['a negative desired count', { desiredCount: -1 }, 'Invalid desiredCount'],
    ['a malformed name', { serviceName: 'a b' }, "Invalid service name 'a b'"],
    [
      'load balancers',
      { loadBalancers: [{ containerName: 'httpd' }] },
      "does not support 'loadBalancers' yet",
    ],
    [
      'a desired count of a daemon',
      { schedulingStrategy: 'DAEMON' },
      'The daemon scheduling strategy does not support a desired count for services.',
    ],
    [
      'placement strategies of a daemon',
      { schedulingStrategy: 'DAEMON', desiredCount: undefined, placementStrategy: [{ type: 'random' }] },
      'The daemon scheduling strategy does not support placement strategies.',
    ],
    [
      'a larger maximum percent of a daemon',
      {
        schedulingStrategy: 'DAEMON',
        desiredCount: undefined,
        deploymentConfiguration: { maximumPercent: 200 },
      },
      'The daemon scheduling strategy does not support values above 100 for maximumPercent',
    ],
    [
      'a circuit breaker that counts otherwise',
      {
        deploymentConfiguration: {
          deploymentCircuitBreaker: { enable: true, rollback: false, resetOnHealthyTask: false },
        },
      },
      "does not support 'deploymentConfiguration.deploymentCircuitBreaker.resetOnHealthyTask' false yet",
    ],
    [
      'percentages that leave no room',
      { deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 100 } },
      'cannot both be 100',
    ],
    [
      'a launch type beside a strategy',
      { launchType: 'EC2', capacityProviderStrategy: [{ capacityProvider: 'x' }] },
      'Specifying both a launch type and capacity provider strategy is not supported.',
    ],
    ['an unknown enum value', { propagateTags: 'ALL' as 'NONE' }, 'propagate tags should be one of'],
  ]
  it.each(refusals)('refuses %s and writes nothing', async (_what, input, words) => {
    const before = state.applied.length
    expect(await errorOf(createWeb(input))).toContain(words)
    expect(state.applied).toHaveLength(before)
  })

  it('makes a new service when the old one of its name was deleted', async () => {
    const old = await createWeb()
    await ecs.send(new DeleteServiceCommand({ service: 'web', force: true }))
    expect(await errorOf(createWeb())).toBe(
      'InvalidParameterException: Unable to Start a service that is still Draining.',
    )
    const row = serviceRow()
    await commit(
      new TransactionBuilder().update('services', row, { ...row.value, status: ServiceStatus.INACTIVE }),
    )
    const again = await createWeb()
    expect(again.status).toBe('ACTIVE')
    expect(again.deployments).toHaveLength(1)
    expect(again.deployments?.[0]?.id).not.toBe(old.deployments?.[0]?.id)
    expect(state.reader.view.table('serviceDeployments').count('service', SERVICE_KEY)).toBe(1)
  })

  it('commits no service when its cluster is deleted meanwhile', async () => {
    state.holdView()
    const deleted = ecs.send(new DeleteClusterCommand({ cluster: 'default' }))
    const created = errorOf(createWeb())
    await expect.poll(() => state.applied.length).toBe(3)
    state.releaseView()
    await deleted
    expect(await created).toBe('ClusterNotFoundException: The referenced cluster was inactive.')
  })
})

describe('UpdateService', () => {
  it('changes the desired count without a new deployment', async () => {
    const created = await createWeb()
    const updated = await update({ desiredCount: 5, deploymentConfiguration: { maximumPercent: 150 } })
    expect(updated.desiredCount).toBe(5)
    expect(updated.deploymentConfiguration).toMatchObject({ maximumPercent: 150, minimumHealthyPercent: 100 })
    expect(updated.deployments?.[0]?.id).toBe(created.deployments?.[0]?.id)
  })

  it('rolls to a new revision while the old deployment still has tasks', async () => {
    const created = await createWeb()
    const task = await runTaskOf(serviceRow().value)
    await completeDeployment()
    await register()
    const updated = await update({ taskDefinition: 'web' })
    expect(updated.taskDefinition).toBe(`${ARN}:task-definition/web:2`)
    expect(
      updated.deployments?.map(({ status, taskDefinition, rolloutState, runningCount }) => [
        status,
        taskDefinition?.split('/')[1],
        rolloutState,
        runningCount,
      ]),
    ).toEqual([
      ['PRIMARY', 'web:2', 'IN_PROGRESS', 0],
      ['ACTIVE', 'web:1', 'COMPLETED', 1],
    ])
    const [primary] = updated.deployments ?? []
    const row = deploymentRow(required(primary?.id?.split('/')[1], 'the id'))
    const old = deploymentRow(required(created.deployments?.[0]?.id?.split('/')[1], 'the id'))
    expect(row.value.sourceRevisionIds).toEqual([old.value.targetRevisionId])
    await endTask(task)
    expect((await describeWeb()).deployments).toHaveLength(1)
  })

  it('lists an old deployment while its tasks stop, but not for tasks that a lost host is to stop', async () => {
    await putInstance(true)
    await createWeb()
    const task = await runTaskOf(serviceRow().value)
    await completeDeployment()
    await update({ forceNewDeployment: true })
    await runTaskOf(serviceRow().value)
    await runTaskOf(serviceRow().value)
    await completeDeployment()
    const shown = async (): Promise<unknown> => {
      const { runningCount, deployments } = await describeWeb()
      return [runningCount, deployments?.map((each) => [each.status, each.runningCount, each.desiredCount])]
    }
    const [primary, stopping] = [
      ['PRIMARY', 2, 2],
      ['ACTIVE', 0, 0],
    ]
    await putInstance(false)
    expect(await shown()).toEqual([3, [primary, ['ACTIVE', 1, 1]]])
    await putInstance(true)
    await tellToStop(task)
    expect(await shown()).toEqual([2, [primary, stopping]])
    await putInstance(false)
    expect(await shown()).toEqual([2, [primary]])
    await waitUntilServicesStable({ client: ecs, maxWaitTime: 20 }, { services: ['web'] })
    await putInstance(true)
    expect(await shown()).toEqual([2, [primary, stopping]])
    await putInstance(true, ContainerInstanceStatus.INACTIVE)
    expect(await shown()).toEqual([2, [primary]])
  })

  it('deploys anew when it is forced or placement changes, and not when nothing changes', async () => {
    const ids = [
      (await createWeb()).deployments?.[0]?.id,
      (await update({ taskDefinition: 'web:1', placementStrategy: [] })).deployments?.[0]?.id,
      (await update({ forceNewDeployment: true })).deployments?.[0]?.id,
      (await update({ placementStrategy: [{ type: 'random' }] })).deployments?.[0]?.id,
    ]
    expect(ids[1]).toBe(ids[0])
    expect(new Set(ids).size).toBe(3)
  })

  it('refuses services that are missing or not ACTIVE, and task definitions that are not', async () => {
    expect(await errorOf(update({}))).toBe('ServiceNotFoundException: Service not found.')
    await createWeb()
    expect(await errorOf(update({ taskDefinition: 'x' }))).toBe('ClientException: TaskDefinition not found.')
    await register()
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'web:2' }))
    expect(await errorOf(update({ taskDefinition: 'web:2' }))).toBe(
      'ClientException: TaskDefinition is inactive',
    )
    await ecs.send(new DeleteServiceCommand({ service: 'web', force: true }))
    expect(await errorOf(update({ desiredCount: 1 }))).toBe(
      'ServiceNotActiveException: Service was not ACTIVE.',
    )
  })
})

describe('DeleteService', () => {
  it('wants the service scaled to 0, or force', async () => {
    await createWeb()
    const remove = (input: { force?: boolean }): Promise<unknown> =>
      ecs.send(new DeleteServiceCommand({ service: 'web', ...input }))
    expect(await errorOf(remove({}))).toBe(
      'InvalidParameterException: The service cannot be stopped while it is scaled above 0.',
    )
    await update({ desiredCount: 0 })
    expect(await remove({})).toMatchObject({ service: { status: 'DRAINING', desiredCount: 0 } })
    expect(await remove({})).toMatchObject({ service: { status: 'DRAINING' } })
    expect(await errorOf(ecs.send(new DeleteClusterCommand({ cluster: 'default' })))).toContain(
      'ClusterContainsServicesException',
    )
  })

  it('leaves the service describable as INACTIVE, which its waiter sees', async () => {
    await createWeb()
    await ecs.send(new DeleteServiceCommand({ service: 'web', force: true }))
    const row = serviceRow()
    await commit(
      new TransactionBuilder().update('services', row, { ...row.value, status: ServiceStatus.INACTIVE }),
    )
    await waitUntilServicesInactive({ client: ecs, maxWaitTime: 20 }, { services: ['web'] })
    expect(await describeWeb()).toMatchObject({ status: 'INACTIVE', deployments: [], desiredCount: 0 })
    expect((await ecs.send(new ListServicesCommand({}))).serviceArns).toEqual([])
    expect(await errorOf(ecs.send(new DeleteServiceCommand({ service: 'web' })))).toBe(
      'ServiceNotFoundException: Service not found.',
    )
  })
})

describe('reading services', () => {
  it('the waiter of the SDK sees a service become stable', async () => {
    await createWeb()
    await runTaskOf(serviceRow().value)
    await runTaskOf(serviceRow().value)
    await completeDeployment()
    await waitUntilServicesStable({ client: ecs, maxWaitTime: 20 }, { services: ['web'] })
    expect(await describeWeb()).toMatchObject({
      runningCount: 2,
      deployments: [{ rolloutState: 'COMPLETED' }],
    })
  })

  it('DescribeServices shows the events of this incarnation, newest first', async () => {
    await createWeb()
    const { incarnationId } = serviceRow().value
    const transaction = new TransactionBuilder()
    for (const [sequence, incarnation] of [
      [1, incarnationId],
      [2, incarnationId],
      [3, 'another'],
    ] as const) {
      const event = {
        ...scope,
        service: 'web',
        incarnationId: incarnation,
        sequence,
        eventId: `e${sequence}`,
      }
      transaction.put(
        'serviceEvents',
        create(ServiceEventSchema, { ...event, createdAtMs: 1, message: `m${sequence}` }),
      )
    }
    await commit(transaction)
    expect((await describeWeb()).events?.map(({ message }) => message)).toEqual(['m2', 'm1'])
  })

  it('DescribeServices names what is missing, and takes at most ten', async () => {
    const answer = await ecs.send(new DescribeServicesCommand({ services: [`${ARN}:service/default/x`] }))
    expect(answer).toMatchObject({
      services: [],
      failures: [{ arn: `${ARN}:service/default/x`, reason: 'MISSING' }],
    })
    const many = Array.from({ length: 11 }, (_, index) => `s${index}`)
    expect(await errorOf(ecs.send(new DescribeServicesCommand({ services: many })))).toContain('more than 10')
    expect(await errorOf(ecs.send(new DescribeServicesCommand({ services: [] })))).toContain(
      'Services cannot be empty.',
    )
  })

  it('ListServices pages by ten and filters by launch type', async () => {
    for (let index = 0; index < 11; index += 1) {
      await createWeb({ serviceName: `s${index}`, launchType: index === 0 ? 'EXTERNAL' : 'EC2' })
    }
    const first = await ecs.send(new ListServicesCommand({}))
    expect(first.serviceArns).toHaveLength(10)
    const rest = await ecs.send(new ListServicesCommand({ nextToken: first.nextToken }))
    expect(rest.serviceArns).toEqual([`${ARN}:service/default/s9`])
    const external = await ecs.send(new ListServicesCommand({ launchType: 'EXTERNAL' }))
    expect(external.serviceArns).toEqual([`${ARN}:service/default/s0`])
  })

  it('ListTasks gives the tasks of one service', async () => {
    await createWeb()
    const taskId = await runTaskOf(serviceRow().value)
    const listed = await ecs.send(new ListTasksCommand({ serviceName: `${ARN}:service/default/web` }))
    expect(listed.taskArns).toEqual([`${ARN}:task/default/${taskId}`])
    expect(await errorOf(ecs.send(new ListTasksCommand({ serviceName: 'x' })))).toBe(
      'ServiceNotFoundException: Service not found.',
    )
  })
})

describe('tags', () => {
  it('TagResource, UntagResource and ListTagsForResource work on everything that has tags', async () => {
    await createWeb()
    const taskId = await runTaskOf(serviceRow().value)
    const resources = [
      'cluster/default',
      'service/default/web',
      'task-definition/web:1',
      `task/default/${taskId}`,
    ]
    for (const resource of resources) {
      const resourceArn = `${ARN}:${resource}`
      const tags = [
        { key: 'a', value: '1' },
        { key: 'b', value: '1' },
      ]
      await ecs.send(new TagResourceCommand({ resourceArn, tags }))
      await ecs.send(new TagResourceCommand({ resourceArn, tags: [{ key: 'a', value: '2' }] }))
      await ecs.send(new UntagResourceCommand({ resourceArn, tagKeys: ['b', 'c'] }))
      const listed = await ecs.send(new ListTagsForResourceCommand({ resourceArn }))
      expect([resource, listed.tags]).toEqual([resource, [{ key: 'a', value: '2' }]])
    }
  })

  it.each([
    ['service/web', 'Long arn format must be used for tagging operations'],
    ['service/default/x', 'ResourceNotFoundException'],
    ['cluster/x', 'ClusterNotFoundException'],
    ['task-definition/web', 'cannot be tagged'],
    ['capacity-provider/x', 'cannot be tagged'],
  ])('TagResource refuses %s', async (resource, words) => {
    const tags = [{ key: 'a', value: '1' }]
    const sent = ecs.send(new TagResourceCommand({ resourceArn: `${ARN}:${resource}`, tags }))
    expect(await errorOf(sent)).toContain(words)
  })
})
