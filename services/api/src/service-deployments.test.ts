/**
 * Goal: deployments, revisions and task protection as users meet them. Method: the real AWS SDK over loopback HTTP,
 * state in memory; tests play the service loop by writing what it would.
 */
import {
  CreateServiceCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  GetTaskProtectionCommand,
  ListServiceDeploymentsCommand,
  type ListServiceDeploymentsCommandInput,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
  UpdateTaskProtectionCommand,
  type UpdateTaskProtectionCommandInput,
} from '@aws-sdk/client-ecs'
import { create } from '@bufbuild/protobuf'
import { required } from '@homeport/base'
import { systemClock } from '@homeport/runtime'
import { TransactionBuilder } from '@homeport/store'
import { ServiceDeploymentStatus, TaskSpecSchema, TaskStatus } from '@homeport/wire/types'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  ACCOUNT_ID,
  ARN,
  errorOf,
  INSTANCE_ID,
  REGION,
  startWorld,
  type World,
} from './testing/start-world.ts'

let world: World

beforeEach(async () => {
  world = await startWorld()
})

afterEach(() => world.stop())

const SERVICE_KEY = `${ACCOUNT_ID}/${REGION}/default/web`
const taskIdOf = (index: number): string => index.toString(16).padStart(32, '0')

/** Creates the service `web` and moves it `moveCount` times. */
async function createWeb(moveCount = 0): Promise<void> {
  await world.ecs.send(
    new CreateServiceCommand({ serviceName: 'web', taskDefinition: 'web', desiredCount: 2 }),
  )
  for (let count = 0; count < moveCount; count += 1) {
    await world.ecs.send(new UpdateServiceCommand({ service: 'web', forceNewDeployment: true }))
  }
}

const stored = () => [...world.state.reader.view.table('serviceDeployments').find('service', SERVICE_KEY)]

/** Plays the service loop. */
async function finish(deploymentId: string, status: ServiceDeploymentStatus): Promise<void> {
  const row = required(
    stored().find(({ value }) => value.deploymentId === deploymentId),
    'the deployment',
  )
  const changed = { ...row.value, status, finishedAtMs: 1_800_000_000_000, statusReason: 'because' }
  await world.commit(new TransactionBuilder().update('serviceDeployments', row, changed))
}

const list = (input: Partial<ListServiceDeploymentsCommandInput> = {}) =>
  world.ecs.send(new ListServiceDeploymentsCommand({ service: 'web', ...input }))

describe('service deployments', () => {
  it('are listed newest first and page by page', async () => {
    await createWeb(4)
    const sizes: number[] = []
    const times: number[] = []
    const arns = new Set<string | undefined>()
    let nextToken: string | undefined
    do {
      const page = await list({ maxResults: 2, nextToken })
      const { serviceDeployments = [] } = page
      sizes.push(serviceDeployments.length)
      times.push(...serviceDeployments.map(({ createdAt }) => createdAt?.getTime() ?? 0))
      for (const { serviceDeploymentArn } of serviceDeployments) arns.add(serviceDeploymentArn)
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    expect(sizes).toEqual([2, 2, 1])
    expect(arns.size).toBe(5)
    expect(times).toEqual(times.toSorted((first, second) => second - first))
  })

  it('are filtered by status and time', async () => {
    await createWeb(1)
    const [first] = stored()
    await finish(required(first, 'one').value.deploymentId, ServiceDeploymentStatus.SUCCESSFUL)
    const arnsOf = async (input: Partial<ListServiceDeploymentsCommandInput>): Promise<unknown[]> =>
      ((await list(input)).serviceDeployments ?? []).map(({ status }) => status)
    expect(await arnsOf({ status: ['SUCCESSFUL'] })).toEqual(['SUCCESSFUL'])
    expect(await arnsOf({ status: ['SUCCESSFUL', 'PENDING'] })).toHaveLength(2)
    expect(await arnsOf({ status: ['ROLLBACK_FAILED'] })).toEqual([])
    expect(await arnsOf({ createdAt: { before: new Date(1_000_000) } })).toEqual([])
    expect(await arnsOf({ createdAt: { after: new Date(1_000_000) } })).toHaveLength(2)
  })

  it('are described with their revisions and how many tasks these have', async () => {
    await createWeb(1)
    await world.addInstance()
    const { serviceDeployments: [latest, first] = [] } = await list()
    const firstId = required(first?.serviceDeploymentArn?.split('/').at(-1), 'the id')
    await finish(firstId, ServiceDeploymentStatus.SUCCESSFUL)
    const spec = create(TaskSpecSchema, {
      taskDefinition: 'web:1',
      containerInstanceId: INSTANCE_ID,
      service: 'web',
      deploymentId: firstId,
    })
    await world.addTask(taskIdOf(1), { spec })
    const missing = `${ARN}:service-deployment/default/web/1`
    const answer = await world.ecs.send(
      new DescribeServiceDeploymentsCommand({
        serviceDeploymentArns: [first, latest]
          .map((each) => required(each?.serviceDeploymentArn, 'the ARN'))
          .concat(missing),
      }),
    )
    expect(answer.failures).toEqual([{ arn: missing, reason: 'MISSING' }])
    expect(answer.serviceDeployments).toMatchObject([
      {
        serviceDeploymentArn: first?.serviceDeploymentArn,
        serviceArn: `${ARN}:service/default/web`,
        clusterArn: `${ARN}:cluster/default`,
        status: 'SUCCESSFUL',
        statusReason: 'because',
        finishedAt: new Date(1_800_000_000_000),
        sourceServiceRevisions: [],
        targetServiceRevision: {
          arn: first?.targetServiceRevisionArn,
          requestedTaskCount: 1,
          runningTaskCount: 1,
          pendingTaskCount: 0,
        },
        deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100 },
      },
      {
        serviceDeploymentArn: latest?.serviceDeploymentArn,
        status: 'PENDING',
        targetServiceRevision: { requestedTaskCount: 2, runningTaskCount: 0 },
      },
    ])
  })

  it.each([
    ['of no service', 'nope', 'ServiceNotFoundException: Service not found.'],
    ['of a blank service', '', 'InvalidParameterException: Service can not be blank.'],
  ])('are not listed %s', async (_case, service, error) => {
    expect(await errorOf(list({ service }))).toBe(error)
  })

  it.each([
    ['nothing', [], 'InvalidParameterException: Service deployment arns cannot be empty.'],
    [
      'what is no ARN',
      ['1'],
      'InvalidParameterException: Invalid identifier: 1 is not an ARN of a service-deployment',
    ],
    [
      'ARNs of services',
      [`${ARN}:service/default/web`],
      `InvalidParameterException: Invalid identifier: ${ARN}:service/default/web is not an ARN of a service-deployment`,
    ],
    [
      'ARNs that are cut',
      [`${ARN}:service-deployment/default//1`],
      'InvalidParameterException: Invalid identifier: Unexpected number of separators',
    ],
    [
      'more than ECS takes',
      Array.from({ length: 21 }, () => `${ARN}:service-deployment/a/b/c`),
      'InvalidParameterException: Service deployment arns cannot have more than 20 elements.',
    ],
  ])('are not described when the request names %s', async (_case, serviceDeploymentArns, error) => {
    const sent = world.ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }))
    expect(await errorOf(sent)).toBe(error)
  })
})

it('DescribeServiceRevisions says what tasks are started from', async () => {
  await world.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'web',
      containerDefinitions: [
        { name: 'httpd', image: 'httpd:2', memory: 64 },
        { name: 'side', image: 'busybox', memory: 8 },
      ],
    }),
  )
  await createWeb()
  const arn = required((await list()).serviceDeployments?.[0]?.targetServiceRevisionArn, 'the ARN')
  const missing = `${ARN}:service-revision/other/web/1`
  const answer = await world.ecs.send(
    new DescribeServiceRevisionsCommand({ serviceRevisionArns: [missing, arn] }),
  )
  expect(answer.failures).toEqual([{ arn: missing, reason: 'MISSING' }])
  expect(answer.serviceRevisions).toMatchObject([
    {
      serviceRevisionArn: arn,
      serviceArn: `${ARN}:service/default/web`,
      taskDefinition: `${ARN}:task-definition/web:2`,
      launchType: 'EC2',
      containerImages: [
        { containerName: 'httpd', image: 'httpd:2' },
        { containerName: 'side', image: 'busybox' },
      ],
    },
  ])
})

describe('task protection', () => {
  const ofService = create(TaskSpecSchema, {
    taskDefinition: 'web:1',
    containerInstanceId: INSTANCE_ID,
    service: 'web',
  })
  const protect = (input: Partial<UpdateTaskProtectionCommandInput>) =>
    world.ecs.send(
      new UpdateTaskProtectionCommand({
        cluster: 'default',
        tasks: [taskIdOf(1)],
        protectionEnabled: true,
        ...input,
      }),
    )
  const TASK_ARN = `${ARN}:task/default/${taskIdOf(1)}`

  it('is given for two hours by default, shown, and taken again', async () => {
    await world.addTask(taskIdOf(1), { spec: ofService })
    const before = systemClock.now()
    const { protectedTasks, failures } = await protect({})
    expect(failures).toEqual([])
    expect(protectedTasks).toMatchObject([{ taskArn: TASK_ARN, protectionEnabled: true }])
    const untilMs = protectedTasks?.[0]?.expirationDate?.getTime() ?? 0
    expect(untilMs).toBeGreaterThanOrEqual(before + 7_200_000)
    expect(world.task(taskIdOf(1))).toMatchObject({ protectedUntilMs: untilMs, changeCount: 3 })
    const shown = await world.ecs.send(
      new GetTaskProtectionCommand({ cluster: 'default', tasks: [TASK_ARN, taskIdOf(2)] }),
    )
    expect(shown).toMatchObject({
      protectedTasks,
      failures: [{ arn: `${ARN}:task/default/${taskIdOf(2)}`, reason: 'MISSING' }],
    })
    expect((await protect({ protectionEnabled: false })).protectedTasks).toEqual([
      { taskArn: TASK_ARN, protectionEnabled: false },
    ])
    expect(world.task(taskIdOf(1)).protectedUntilMs).toBe(0)
  })

  it('that has expired is shown as none', async () => {
    await world.addTask(taskIdOf(1), { spec: ofService, protectedUntilMs: 1_000 })
    const shown = await world.ecs.send(
      new GetTaskProtectionCommand({ cluster: 'default', tasks: [taskIdOf(1)] }),
    )
    expect(shown.protectedTasks).toEqual([{ taskArn: TASK_ARN, protectionEnabled: false }])
  })

  it('is for running tasks of services only', async () => {
    await world.addTask(taskIdOf(1))
    await world.addTask(taskIdOf(2), { spec: ofService, desiredStatus: TaskStatus.STOPPED })
    const tasks = [taskIdOf(1), taskIdOf(2), taskIdOf(3)]
    const answer = await protect({ tasks })
    expect(answer.protectedTasks).toEqual([])
    expect(answer.failures?.map(({ reason }) => reason)).toEqual([
      'TASK_NOT_VALID',
      'TASK_NOT_VALID',
      'MISSING',
    ])
  })

  it.each([
    [
      { expiresInMinutes: 0 },
      'InvalidParameterException: Invalid expiresInMinutes. It must be between 1 and 2880.',
    ],
    [
      { expiresInMinutes: 2881 },
      'InvalidParameterException: Invalid expiresInMinutes. It must be between 1 and 2880.',
    ],
    [{ tasks: [] }, 'InvalidParameterException: Tasks cannot be empty.'],
    [
      { tasks: Array.from({ length: 11 }, (_, index) => taskIdOf(index)) },
      'InvalidParameterException: Tasks cannot have more than 10 elements.',
    ],
    [{ cluster: 'nope' }, 'ClusterNotFoundException: Cluster not found.'],
  ])('is refused for %j', async (input, error) => {
    expect(await errorOf(protect(input))).toBe(error)
  })
})
