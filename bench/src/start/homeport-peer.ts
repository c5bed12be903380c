import { setTimeout as sleep } from 'node:timers/promises'
import {
  DeregisterTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs'
import { required } from '@homeport/base'
import type Docker from 'dockerode'
import { SLEEPER, type StartPeer } from './peer.ts'
import { watchStarts } from './started-containers.ts'

/** ECS's limit of tasks in one RunTask. */
const TASKS_PER_REQUEST = 10
const POLL_INTERVAL_MS = 5
const FAMILY = 'homeport-bench'
const GIVE_UP_AFTER_MS = 120_000

/** Homeport through its public API: RunTask until DescribeTasks says RUNNING for every task. */
export async function homeportPeer(ecs: ECSClient, docker: Docker, image: string): Promise<StartPeer> {
  const registered = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: FAMILY,
      containerDefinitions: [
        { name: 'sleeper', image, command: [...SLEEPER.command], memory: SLEEPER.memoryMiB, cpu: 1 },
      ],
    }),
  )
  const starts = await watchStarts(docker, `com.amazonaws.ecs.task-definition-family=${FAMILY}`)
  const taskDefinition = required(registered.taskDefinition?.taskDefinitionArn, 'the task definition')
  let arns: string[] = []
  const clear = async (): Promise<void> => {
    for (const task of arns) await ecs.send(new StopTaskCommand({ task }))
    await untilAll(ecs, arns, 'STOPPED')
    for (const task of arns) await removeContainers(docker, task)
    arns = []
  }
  return {
    name: 'homeport',
    async start(count) {
      const startedAt = performance.now()
      const answers = await Promise.all(
        batches(count).map((size) => ecs.send(new RunTaskCommand({ taskDefinition, count: size }))),
      )
      arns = answers.flatMap((answer) =>
        (answer.tasks ?? []).map((task) => required(task.taskArn, 'a task ARN')),
      )
      if (arns.length < count) {
        const reasons = answers.flatMap((answer) => (answer.failures ?? []).map((failure) => failure.reason))
        throw new Error(`Cannot start ${count} tasks: ${reasons.join(', ')}`)
      }
      await starts.reach(count)
      await untilAll(ecs, arns, 'RUNNING')
      return performance.now() - startedAt
    },
    clear,
    async close() {
      await clear()
      starts.close()
      await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }))
    },
  }
}

function batches(count: number): number[] {
  const full = Array.from({ length: Math.floor(count / TASKS_PER_REQUEST) }, () => TASKS_PER_REQUEST)
  const rest = count % TASKS_PER_REQUEST
  return rest === 0 ? full : [...full, rest]
}

async function untilAll(ecs: ECSClient, arns: readonly string[], status: string): Promise<void> {
  if (arns.length === 0) return
  const deadline = performance.now() + GIVE_UP_AFTER_MS
  for (;;) {
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ tasks: [...arns] }))
    if (tasks.length === arns.length && tasks.every((task) => reached(task, status))) return
    if (performance.now() > deadline) {
      throw new Error(`Cannot measure Homeport: its tasks were not ${status} in 120 s`)
    }
    await sleep(POLL_INTERVAL_MS)
  }
}

function reached(task: Task, status: string): boolean {
  if (status === 'RUNNING' && task.lastStatus === 'STOPPED') {
    throw new Error(`Cannot start task: it stopped, received "${task.stoppedReason}"`)
  }
  return task.lastStatus === status
}

async function removeContainers(docker: Docker, taskArn: string): Promise<void> {
  const label = [`com.amazonaws.ecs.task-arn=${taskArn}`]
  const containers = await docker.listContainers({ all: true, filters: { label } })
  for (const { Id } of containers) await docker.getContainer(Id).remove({ force: true })
}
