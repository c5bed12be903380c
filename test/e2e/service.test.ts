/** Goal: a service keeps its count through killed containers and rolls to a new revision without a gap. */
import {
  CreateServiceCommand,
  type ECSClient,
  UpdateServiceCommand,
  waitUntilServicesStable,
} from '@aws-sdk/client-ecs'
import Docker from 'dockerode'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalStack, startLocalStack } from '../support/local-stack.ts'
import {
  ecsClient,
  hostPortOf,
  register,
  runningTasks,
  runtimeIdOf,
  service,
  webContainer,
} from '../support/sdk.ts'

const PATIENCE = { timeout: 60_000, interval: 20 }
const docker = new Docker()
let stack: LocalStack
let ecs: ECSClient

beforeAll(async () => {
  stack = await startLocalStack()
  ecs = ecsClient(stack)
})
afterAll(() => stack.remove())

async function createService(name: string): Promise<void> {
  const taskDefinition = await register(ecs, name, webContainer)
  await ecs.send(new CreateServiceCommand({ serviceName: name, taskDefinition, desiredCount: 3 }))
  await waitUntilServicesStable(
    { client: ecs, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
    { services: [name] },
  )
}

describe('a service of three', () => {
  it('serves HTTP on the dynamic ports of all its tasks', async () => {
    await createService('pages')
    const tasks = await runningTasks(ecs, 'pages')
    expect(new Set(tasks.map(hostPortOf)).size).toBe(3)
    for (const task of tasks) {
      expect((await fetch(`http://127.0.0.1:${hostPortOf(task)}/`)).status).toBe(200)
    }
  })

  it('replaces a task when its container is killed', async () => {
    await createService('killed')
    const [victim] = await runningTasks(ecs, 'killed')
    const before = await runningTasks(ecs, 'killed')
    await docker.getContainer(runtimeIdOf(victim!)).kill()
    await expect
      .poll(async () => {
        const tasks = await runningTasks(ecs, 'killed')
        return tasks.filter((task) => !before.some((old) => old.taskArn === task.taskArn)).length
      }, PATIENCE)
      .toBe(1)
    const now = await runningTasks(ecs, 'killed')
    expect(now).toHaveLength(3)
    expect(now.map((task) => task.taskArn)).not.toContain(victim?.taskArn)
  })

  it('never has fewer than the minimum percent running when it rolls to a new revision', async () => {
    await createService('rolled')
    const replacement = await register(ecs, 'rolled', {
      ...webContainer,
      environment: [{ name: 'V', value: '2' }],
    })
    await ecs.send(new UpdateServiceCommand({ service: 'rolled', taskDefinition: replacement }))
    const runningCounts: number[] = []
    await expect
      .poll(async () => {
        const tasks = await runningTasks(ecs, 'rolled')
        runningCounts.push(tasks.length)
        const { deployments = [] } = await service(ecs, 'rolled')
        return [deployments.length, tasks.every((task) => task.taskDefinitionArn === replacement)]
      }, PATIENCE)
      .toEqual([1, true])
    expect(Math.min(...runningCounts)).toBeGreaterThanOrEqual(3)
  })
})
