/**
 * Goal: the unmodified `aws` CLI drives real containers, from registration to the end of a task.
 * Method: every `aws` on this machine runs the same session against one stack.
 */
import type { Task } from '@aws-sdk/client-ecs'
import Docker from 'dockerode'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AwsCli, aws, awsJson, installedClis } from '../support/aws-cli.ts'
import { type LocalStack, startLocalStack } from '../support/local-stack.ts'
import { hostPortOf, runtimeIdOf, SAMPLE_IMAGE } from '../support/sdk.ts'

let stack: LocalStack
const docker = new Docker()

beforeAll(async () => {
  stack = await startLocalStack()
})
afterAll(() => stack.remove())

const clis = installedClis()

it('the machine has version 2 of the CLI', () => {
  expect(clis.map((cli) => cli.version)).toContainEqual(expect.stringMatching(/^aws-cli\/2\./))
})

describe.each(clis)('$version', (cli) => {
  const ecs = <T>(...words: string[]): Promise<T> => awsJson<T>(cli, stack, ['ecs', ...words])

  it('aws runs a task with real ports and containers when it is driven from the shell', async () => {
    const family = `cli-${cli.version.replaceAll(/\W/g, '-')}`
    await ecs('create-cluster', '--cluster-name', `${family}-cluster`)
    await registerWeb(cli, family)
    const { tasks } = await ecs<{ tasks: Task[] }>('run-task', '--task-definition', family, '--count', '2')
    const arns = tasks.map((task) => task.taskArn ?? '')
    expect(arns).toHaveLength(2)
    await ecs('wait', 'tasks-running', '--tasks', ...arns)

    const described = await ecs<{ tasks: Task[] }>('describe-tasks', '--tasks', ...arns)
    for (const task of described.tasks) {
      const page = await fetch(`http://127.0.0.1:${hostPortOf(task)}/`)
      expect(page.status).toBe(200)
      const { Config, State } = await docker.getContainer(runtimeIdOf(task)).inspect()
      expect(State.Running).toBe(true)
      expect(Config.Labels['com.amazonaws.ecs.task-arn']).toBe(task.taskArn)
    }

    for (const arn of arns) await ecs('stop-task', '--task', arn, '--reason', 'enough')
    await ecs('wait', 'tasks-stopped', '--tasks', ...arns)
    const stopped = await ecs<{ tasks: Task[] }>('describe-tasks', '--tasks', ...arns)
    expect(stopped.tasks.map((task) => [task.stopCode, task.stoppedReason])).toEqual([
      ['UserInitiated', 'enough'],
      ['UserInitiated', 'enough'],
    ])
  })

  it('aws shows the words of ECS when a request is wrong', async () => {
    const unknown = await aws(cli, stack, ['ecs', 'list-tasks', '--cluster', 'nowhere'])
    expect(unknown.exitCode).not.toBe(0)
    expect(unknown.stderr).toContain('(ClusterNotFoundException)')
    const wrongKey = { ...stack, environment: { ...stack.environment, AWS_SECRET_ACCESS_KEY: 'wrong' } }
    const unsigned = await aws(cli, wrongKey, ['ecs', 'list-clusters'])
    expect(unsigned.stderr).toContain('(InvalidSignatureException)')
  })

  it('aws keeps regions apart when the same names are used in two', async () => {
    const there = ['--region', 'eu-north-1']
    await ecs('create-cluster', '--cluster-name', 'apart', ...there)
    const here = await ecs<{ clusterArns: string[] }>('list-clusters')
    expect(here.clusterArns.filter((arn) => arn.includes('eu-north-1') || arn.endsWith('/apart'))).toEqual([])
    const other = await ecs<{ clusterArns: string[] }>('list-clusters', ...there)
    expect(other.clusterArns).toContain(`arn:aws:ecs:eu-north-1:000000000000:cluster/apart`)
  })
})

async function registerWeb(cli: AwsCli, family: string): Promise<void> {
  const containers = [
    { name: 'web', image: SAMPLE_IMAGE, memory: 32, portMappings: [{ containerPort: 80 }], essential: true },
  ]
  const words = ['register-task-definition', '--family', family, '--container-definitions']
  await awsJson(cli, stack, ['ecs', ...words, JSON.stringify(containers)])
}
