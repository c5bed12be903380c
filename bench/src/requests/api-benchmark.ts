/**
 * How many requests a second the API answers, and how long the slowest of a hundred take.
 *
 * RunTask is measured to the durable answer, on a simulated host, so that the figure is the control plane's own.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListContainerInstancesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs'
import { startSimulatedHost } from '@homeport/agent/simulation'
import type { BenchContext, StackBenchmark } from '../benchmark.ts'
import { readStackFiles } from '../data-directory.ts'
import { type BenchResult, round } from '../result.ts'
import { percentile } from '../statistics.ts'
import { type LoadOptions, load, type SignedRequest, sign } from './load.ts'

const CLUSTER = 'homeport-bench'
const FAMILY = 'homeport-bench-requests'
const JOIN_TIMEOUT_MS = 30_000
const POLL_INTERVAL_MS = 50

/** Enough to keep a server with one thread busy. */
const CONCURRENCY = 32
const READS: LoadOptions = { concurrency: CONCURRENCY, count: 10_000, warmUpCount: 2_000 }
const WRITES: LoadOptions = { concurrency: CONCURRENCY, count: 2_000, warmUpCount: 500 }
/** ECS's largest page. */
const DESCRIBED_TASKS = 100

/** RunTask, ListTasks and DescribeTasks under load. */
export const apiRequests: StackBenchmark = {
  name: 'api-requests',
  summary: `RunTask, ListTasks and DescribeTasks, requests a second and p99, ${CONCURRENCY} connections`,
  needsStack: true,
  async run(context) {
    const { stack } = context
    const host = await startSimulatedHost({
      cluster: CLUSTER,
      region: stack.environment['AWS_REGION'] ?? '',
      ...readStackFiles(stack),
    })
    try {
      await prepare(stack.ecs)
      return await measureAll(context)
    } finally {
      await host.stop()
    }
  },
}

async function prepare(ecs: ECSClient): Promise<void> {
  await ecs.send(new CreateClusterCommand({ clusterName: CLUSTER }))
  const container = { name: 'app', image: 'none', cpu: 1, memory: 6 }
  await ecs.send(new RegisterTaskDefinitionCommand({ family: FAMILY, containerDefinitions: [container] }))
  const deadline = performance.now() + JOIN_TIMEOUT_MS
  const list = new ListContainerInstancesCommand({ cluster: CLUSTER })
  while (((await ecs.send(list)).containerInstanceArns ?? []).length === 0) {
    if (performance.now() > deadline)
      throw new Error('Cannot measure: the simulated host did not join in 30 s')
    await sleep(POLL_INTERVAL_MS)
  }
}

/** As many requests as are sent: a repeated client token would make RunTask answer without running anything. */
async function signAll(
  ecs: ECSClient,
  { count, warmUpCount }: LoadOptions,
  send: (client: ECSClient) => Promise<unknown>,
): Promise<SignedRequest[]> {
  const requests: SignedRequest[] = []
  for (let index = 0; index < count + warmUpCount; index += 1) requests.push(await sign(ecs, send))
  return requests
}

async function measureAll({ stack: { ecs }, progress }: BenchContext): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  const measure = async (
    name: string,
    options: LoadOptions,
    send: (client: ECSClient) => Promise<unknown>,
  ): Promise<void> => {
    progress(`${name}: ${options.count} requests`)
    const { requestsPerSecond, latencies } = await load(await signAll(ecs, options, send), options)
    results.push(
      { name, value: round(requestsPerSecond), unit: '1/s' },
      { name: `${name}-p50`, value: round(percentile(latencies, 0.5)), unit: 'ms' },
      { name: `${name}-p99`, value: round(percentile(latencies, 0.99)), unit: 'ms' },
    )
  }
  await measure('run-task', WRITES, (client) =>
    client.send(new RunTaskCommand({ cluster: CLUSTER, taskDefinition: FAMILY })),
  )
  const list = new ListTasksCommand({ cluster: CLUSTER, maxResults: DESCRIBED_TASKS })
  const { taskArns: tasks = [] } = await ecs.send(list)
  await measure('list-tasks-100', READS, (client) => client.send(list))
  await measure('describe-tasks-1', READS, (client) =>
    client.send(new DescribeTasksCommand({ cluster: CLUSTER, tasks: tasks.slice(0, 1) })),
  )
  await measure('describe-tasks-100', { ...READS, count: 2_000, warmUpCount: 200 }, (client) =>
    client.send(new DescribeTasksCommand({ cluster: CLUSTER, tasks })),
  )
  return results
}
