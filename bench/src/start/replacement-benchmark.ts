/** How long a service lacks a task whose container was killed. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type Task,
} from '@aws-sdk/client-ecs'
import { required } from '@homeport/base'
import type { BenchContext, StackBenchmark } from '../benchmark.ts'
import { round } from '../result.ts'
import { median, percentile } from '../statistics.ts'
import { SLEEPER } from './peer.ts'

const NAME = 'homeport-bench-replacement'
const DESIRED_COUNT = 3
const ROUNDS = 5
/** A task that ran for less counts as one that cannot start, and its replacement would be backed off. */
const REST_MS = 11_000
const POLL_INTERVAL_MS = 10
const GIVE_UP_AFTER_MS = 60_000

/** From `docker kill` of one of three to three RUNNING again, as DescribeTasks says. */
export const replacement: StackBenchmark = {
  name: 'replacement',
  summary: 'from docker kill of one container of a service of three to three tasks RUNNING again',
  needsStack: true,
  async run(context) {
    const { ecs } = context.stack
    const containerDefinitions = [
      {
        name: 'sleeper',
        image: context.stack.image,
        command: [...SLEEPER.command],
        memory: SLEEPER.memoryMiB,
      },
    ]
    await ecs.send(new RegisterTaskDefinitionCommand({ family: NAME, containerDefinitions }))
    await ecs.send(
      new CreateServiceCommand({ serviceName: NAME, taskDefinition: NAME, desiredCount: DESIRED_COUNT }),
    )
    try {
      const samples = await measure(context)
      return [
        { name: this.name, value: round(median(samples)), unit: 'ms' },
        { name: `${this.name}-maximum`, value: round(percentile(samples, 1)), unit: 'ms' },
      ]
    } finally {
      await ecs.send(new DeleteServiceCommand({ service: NAME, force: true }))
    }
  },
}

async function measure({ stack, progress }: BenchContext): Promise<number[]> {
  const samples: number[] = []
  let tasks = await untilAllRun(stack.ecs, '')
  for (let roundNumber = 1; roundNumber <= ROUNDS; roundNumber += 1) {
    await sleep(REST_MS)
    const victim = required(tasks[0], 'a task of the service')
    const runtimeId = required(victim.containers?.[0]?.runtimeId, 'the runtime id')
    const startedAt = performance.now()
    await stack.docker.getContainer(runtimeId).kill()
    tasks = await untilAllRun(stack.ecs, victim.taskArn ?? '')
    const elapsedMs = performance.now() - startedAt
    samples.push(elapsedMs)
    progress(`round ${roundNumber}/${ROUNDS}: ${Math.round(elapsedMs)} ms`)
  }
  return samples
}

/** The service's tasks, once all are RUNNING and `withoutArn` is none of them. */
async function untilAllRun(ecs: ECSClient, withoutArn: string): Promise<Task[]> {
  const deadline = performance.now() + GIVE_UP_AFTER_MS
  for (;;) {
    const { taskArns = [] } = await ecs.send(new ListTasksCommand({ serviceName: NAME }))
    const wanted = taskArns.filter((arn) => arn !== withoutArn)
    if (wanted.length === DESIRED_COUNT) {
      const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ tasks: wanted }))
      if (tasks.every((task) => task.lastStatus === 'RUNNING')) return tasks
    }
    if (performance.now() > deadline) {
      throw new Error(
        `Cannot measure replacement: all of ${DESIRED_COUNT} tasks must run, received ${wanted.length}`,
      )
    }
    await sleep(POLL_INTERVAL_MS)
  }
}
