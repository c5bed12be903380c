/** Goal: wrong input gets ECS's own error or stop reason, and nothing of it is left behind. */
import {
  type ContainerDefinition,
  DescribeTasksCommand,
  type ECSClient,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs'
import { required } from '@homeport/base'
import Docker from 'dockerode'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalStack, startLocalStack } from '../support/local-stack.ts'
import { ecsClient, register, SAMPLE_IMAGE, webContainer } from '../support/sdk.ts'

const PATIENCE = { timeout: 60_000, interval: 50 }
const docker = new Docker()
let stack: LocalStack
let ecs: ECSClient

beforeAll(async () => {
  stack = await startLocalStack()
  ecs = ecsClient(stack)
})
afterAll(() => stack.remove())

async function runToTheEnd(container: ContainerDefinition): Promise<Task> {
  const taskDefinition = await register(ecs, 'bad', container)
  const { tasks = [] } = await ecs.send(new RunTaskCommand({ taskDefinition }))
  const arn = required(tasks[0]?.taskArn, 'the task')
  let last: Task | undefined
  await expect
    .poll(async () => {
      last = (await ecs.send(new DescribeTasksCommand({ tasks: [arn] }))).tasks?.[0]
      return last?.lastStatus
    }, PATIENCE)
    .toBe('STOPPED')
  return required(last, 'the stopped task')
}

async function runningContainersOf(task: Task): Promise<number> {
  const label = [`com.amazonaws.ecs.task-arn=${task.taskArn}`]
  return (await docker.listContainers({ filters: { label } })).length
}

describe('requests that ECS refuses', () => {
  const refused: [string, ContainerDefinition, RegExp][] = [
    ['an empty image name', { name: 'a', image: '', memory: 32 }, /image should not be null or empty/],
    [
      'memory below 6 MiB',
      { name: 'a', image: SAMPLE_IMAGE, memory: 5 },
      /must be greater than or equal to 6|6 or greater|at least 6/,
    ],
    ['no memory at all', { name: 'a', image: SAMPLE_IMAGE }, /memory/],
  ]
  it.each(refused)(
    'RegisterTaskDefinition refuses %s and registers nothing',
    async (_name, container, words) => {
      const command = new RegisterTaskDefinitionCommand({
        family: 'refused',
        containerDefinitions: [container],
      })
      await expect(ecs.send(command)).rejects.toThrow(words)
      const listed = await ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: 'refused' }))
      expect(listed.taskDefinitionArns).toEqual([])
    },
  )

  it('the endpoint answers SerializationException when the body is no JSON', async () => {
    const answer = await fetch(required(stack.environment['AWS_ENDPOINT_URL'], 'the endpoint'), {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListClusters',
      },
      body: '{"maxResults":',
    })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toMatch(/SerializationException|MissingAuthenticationToken/)
  })
})

describe('tasks that cannot run', () => {
  it('a task stops with CannotPullContainerError when its image does not exist', async () => {
    const task = await runToTheEnd({ ...webContainer, image: 'localhost:1/nothing:here' })
    expect(task.stopCode).toBe('TaskFailedToStart')
    expect(task.containers?.[0]?.reason ?? task.stoppedReason).toContain('CannotPullContainerError')
    expect(await runningContainersOf(task)).toBe(0)
  })

  it('a task that needs a taken host port is refused by placement when another task reserves it', async () => {
    const port = { containerPort: 80, hostPort: 18_080 }
    const taskDefinition = await register(ecs, 'fixed-port', { ...webContainer, portMappings: [port] })
    const first = await ecs.send(new RunTaskCommand({ taskDefinition }))
    expect(first.tasks).toHaveLength(1)
    const second = await ecs.send(new RunTaskCommand({ taskDefinition }))
    expect(second.tasks).toEqual([])
    expect(second.failures?.map((failure) => failure.reason)).toEqual(['RESOURCE:PORTS'])
  })

  it('a task stops with CannotStartContainerError when something else on the host has its port', async () => {
    const port = Number(new URL(required(stack.environment['AWS_ENDPOINT_URL'], 'the endpoint')).port)
    const task = await runToTheEnd({ ...webContainer, portMappings: [{ containerPort: 80, hostPort: port }] })
    expect(task.containers?.[0]?.reason ?? task.stoppedReason).toContain('CannotStartContainerError')
    expect(await runningContainersOf(task)).toBe(0)
  })

  it('a task stops with OutOfMemoryError when a container takes more than its limit', async () => {
    const command = ['sh', '-c', 'tail /dev/zero']
    const task = await runToTheEnd({ name: 'a', image: SAMPLE_IMAGE, memory: 16, command })
    expect(task.stoppedReason).toBe('Essential container in task exited')
    expect(task.containers?.[0]?.exitCode).toBe(137)
    expect(task.containers?.[0]?.reason).toContain('OutOfMemoryError')
  })

  it('a task keeps the exit code when its essential container ends', async () => {
    const task = await runToTheEnd({
      name: 'a',
      image: SAMPLE_IMAGE,
      memory: 16,
      command: ['sh', '-c', 'exit 7'],
    })
    expect([task.stopCode, task.containers?.[0]?.exitCode]).toEqual(['EssentialContainerExited', 7])
  })
})
