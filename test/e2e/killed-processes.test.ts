/**
 * Goal: `kill -9` of any one process stops no container, loses no acknowledged write, and leaves statuses that
 * become right by themselves.
 * Method: kill the process that the supervisor has on record, write while it is away or just back, look at the
 * containers' start times (a restart would change them) and at what the API says.
 */
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeClustersCommand,
  type ECSClient,
  UpdateServiceCommand,
  waitUntilServicesStable,
} from '@aws-sdk/client-ecs'
import Docker from 'dockerode'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalStack, type StackProcess, startLocalStack } from '../support/local-stack.ts'
import { ecsClient, register, runningTasks, runtimeIdOf, service, webContainer } from '../support/sdk.ts'

const PATIENCE = { timeout: 90_000, interval: 100 }
const docker = new Docker()
let stack: LocalStack
let ecs: ECSClient

beforeAll(async () => {
  stack = await startLocalStack()
  ecs = ecsClient(stack)
})
afterAll(() => stack.remove())

async function startTimes(containerIds: readonly string[]): Promise<string[]> {
  const states = await Promise.all(containerIds.map((id) => docker.getContainer(id).inspect()))
  return states.map(({ State }) => `${State.Running} since ${State.StartedAt}`)
}

/** Kills the process and resolves when the supervisor has another one on record. */
async function killHard(name: StackProcess): Promise<void> {
  const victim = stack.processId(name)
  process.kill(victim, 'SIGKILL')
  await expect.poll(() => stack.processId(name) !== victim, PATIENCE).toBe(true)
}

/** Calls until it succeeds: what a user's pipeline with retries does while the endpoint is away. */
async function eventually<T>(call: () => Promise<T>): Promise<T> {
  let answer: T | undefined
  await expect
    .poll(async () => {
      answer = await call().catch(() => undefined)
      return answer !== undefined
    }, PATIENCE)
    .toBe(true)
  return answer as T
}

describe.each<StackProcess>(['agent', 'control-plane', 'nats-server'])('kill -9 of %s', (name) => {
  const serviceName = `survivor-${name}`

  it('leaves containers running, keeps every acknowledged write, and heals', async () => {
    const taskDefinition = await register(ecs, serviceName, webContainer)
    await ecs.send(new CreateServiceCommand({ serviceName, taskDefinition, desiredCount: 2 }))
    await waitUntilServicesStable(
      { client: ecs, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
      { services: [serviceName] },
    )
    const containers = (await runningTasks(ecs, serviceName)).map(runtimeIdOf)
    const before = await startTimes(containers)
    const acknowledged: string[] = []
    for (let index = 0; index < 20; index += 1) {
      const clusterName = `${serviceName}-${index}`
      await ecs.send(new CreateClusterCommand({ clusterName }))
      acknowledged.push(clusterName)
    }

    await killHard(name)
    expect(await startTimes(containers)).toEqual(before)

    const { clusters = [] } = await eventually(() =>
      ecs.send(new DescribeClustersCommand({ clusters: acknowledged })),
    )
    expect(new Set(clusters.map((cluster) => cluster.clusterName))).toEqual(new Set(acknowledged))

    // The stack still acts: one more task, and a container that dies while everything heals is replaced.
    await eventually(() => ecs.send(new UpdateServiceCommand({ service: serviceName, desiredCount: 3 })))
    await docker.getContainer(containers[0]!).kill()
    await expect
      .poll(async () => {
        const tasks = await runningTasks(ecs, serviceName)
        return [tasks.length, tasks.some((task) => runtimeIdOf(task) === containers[0])]
      }, PATIENCE)
      .toEqual([3, false])
    const { runningCount, pendingCount } = await service(ecs, serviceName)
    expect([runningCount, pendingCount]).toEqual([3, 0])
    expect(await startTimes(containers.slice(1))).toEqual(before.slice(1))
  })
})
