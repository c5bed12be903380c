/** Goal: the JavaScript SDK's waiters and paginators work unmodified, and requests have ECS's effects once. */
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  type ECSClient,
  ListContainerInstancesCommand,
  paginateListTasks,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  UpdateServiceCommand,
  waitUntilServicesInactive,
  waitUntilServicesStable,
  waitUntilTasksRunning,
  waitUntilTasksStopped,
} from '@aws-sdk/client-ecs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Constellation, startConstellation } from '../support/constellation.ts'

let constellation: Constellation
let ecs: ECSClient
const patience = () => ({ client: ecs, maxWaitTime: 60, minDelay: 1, maxDelay: 1 })

beforeAll(async () => {
  constellation = await startConstellation()
  ecs = constellation.ecs
  await constellation.addHost()
  await vi.waitFor(
    async () => {
      const { containerInstanceArns } = await ecs.send(new ListContainerInstancesCommand({}))
      expect(containerInstanceArns).toHaveLength(1)
    },
    { timeout: 30_000, interval: 50 },
  )
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'app',
      containerDefinitions: [{ name: 'app', image: 'app', memory: 16, cpu: 1 }],
    }),
  )
})
afterAll(() => constellation.stop())

async function allTaskArns(input: { serviceName?: string; startedBy?: string }): Promise<string[]> {
  const arns: string[] = []
  const pages = paginateListTasks({ client: ecs, pageSize: 7 }, input)
  for await (const page of pages) arns.push(...(page.taskArns ?? []))
  return arns
}

describe('waiters', () => {
  it('waitUntilTasksRunning and waitUntilTasksStopped see a task through its life', async () => {
    const { tasks = [] } = await ecs.send(new RunTaskCommand({ taskDefinition: 'app', count: 3 }))
    const arns = tasks.map((task) => task.taskArn ?? '')
    const running = await waitUntilTasksRunning(patience(), { tasks: arns })
    expect(running.state).toBe('SUCCESS')
    for (const task of arns) await ecs.send(new StopTaskCommand({ task }))
    const stopped = await waitUntilTasksStopped(patience(), { tasks: arns })
    expect(stopped.state).toBe('SUCCESS')
  })

  it('waitUntilServicesStable and waitUntilServicesInactive see a service through its life', async () => {
    const service = 'waited'
    await ecs.send(new CreateServiceCommand({ serviceName: service, taskDefinition: 'app', desiredCount: 5 }))
    await waitUntilServicesStable(patience(), { services: [service] })
    expect(await allTaskArns({ serviceName: service })).toHaveLength(5)
    await ecs.send(new UpdateServiceCommand({ service, desiredCount: 0 }))
    await ecs.send(new DeleteServiceCommand({ service }))
    await waitUntilServicesInactive(patience(), { services: [service] })
  })
})

describe('paginators', () => {
  it('paginateListTasks gives every task once when there are more than fit a page', async () => {
    const startedBy = 'paginated'
    for (let request = 0; request < 4; request += 1) {
      await ecs.send(new RunTaskCommand({ taskDefinition: 'app', count: 10, startedBy }))
    }
    const arns = await allTaskArns({ startedBy })
    expect(arns).toHaveLength(40)
    expect(new Set(arns).size).toBe(40)
  })
})

describe('client tokens', () => {
  it('RunTask has one effect when it is repeated with the same token', async () => {
    const input = { taskDefinition: 'app', count: 2, startedBy: 'token', clientToken: 'the-same' }
    const first = await ecs.send(new RunTaskCommand(input))
    const second = await ecs.send(new RunTaskCommand(input))
    const arns = (answer: typeof first) => (answer.tasks ?? []).map((task) => task.taskArn)
    expect(arns(second)).toEqual(arns(first))
    expect(await allTaskArns({ startedBy: 'token' })).toHaveLength(2)
    await expect(ecs.send(new RunTaskCommand({ ...input, count: 3 }))).rejects.toMatchObject({
      name: 'ConflictException',
    })
  })
})

describe('names', () => {
  it('CreateCluster gives the existing cluster when the name is taken', async () => {
    const create = new CreateClusterCommand({ clusterName: 'twice' })
    const first = await ecs.send(create)
    const second = await ecs.send(new CreateClusterCommand({ clusterName: 'twice' }))
    expect(second.cluster?.clusterArn).toBe(first.cluster?.clusterArn)
  })
})
