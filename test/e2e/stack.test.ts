/** Goal: the commands that a user has do what the README says, and each process says how it is. */
import { once } from 'node:events'
import { required } from '@homeport/base'
import Docker from 'dockerode'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalStack, startLocalStack } from '../support/local-stack.ts'
import { ecsClient, runningTasks, runtimeIdOf } from '../support/sdk.ts'

const PATIENCE = { timeout: 60_000, interval: 100 }
const docker = new Docker()
let stack: LocalStack

beforeAll(async () => {
  stack = await startLocalStack()
})
afterAll(() => stack.remove())

describe('npm start', () => {
  it('prints lines that a shell can evaluate, and proves itself with the sample service', async () => {
    expect(stack.output).toContain(`export AWS_ENDPOINT_URL=${stack.environment['AWS_ENDPOINT_URL']}`)
    expect(await runningTasks(ecsClient(stack), 'homeport-sample')).toHaveLength(1)
  })

  it('shows the running stack again and starts nothing when it is repeated', async () => {
    const agentBefore = stack.processId('agent')
    const output = await stack.npm('start')
    expect(output).toContain(`export AWS_ENDPOINT_URL=${stack.environment['AWS_ENDPOINT_URL']}`)
    expect(stack.processId('agent')).toBe(agentBefore)
  })
})

describe('npm start in a terminal', () => {
  it('ends all its processes and no container when its process group is told to stop', async () => {
    const other = await startLocalStack()
    await other.npm('run', '-s', 'down', '--', '--keep-data')
    const terminal = other.startInForeground()
    const ended = once(terminal, 'exit')
    await expect.poll(() => other.npm('run', '-s', 'env').catch(() => ''), PATIENCE).toContain('export')
    const processIds = (['nats-server', 'control-plane', 'agent'] as const).map((name) =>
      other.processId(name),
    )
    const containers = (await runningTasks(ecsClient(other), 'homeport-sample')).map(runtimeIdOf)

    process.kill(-required(terminal.pid, 'the process id'), 'SIGTERM')
    await ended
    await expect.poll(() => processIds.filter(isAlive), PATIENCE).toEqual([])
    expect(containers).toHaveLength(1)
    for (const id of containers) expect((await docker.getContainer(id).inspect()).State.Running).toBe(true)
    await other.remove()
  })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    // No such process.
    return false
  }
}

describe('every process', () => {
  it.each(['controlPlane', 'agent'] as const)('%s serves metrics and health', async (name) => {
    const health = await fetch(`${stack.metrics[name]}/health`)
    expect([health.status, await health.json()]).toEqual([200, { status: 'healthy' }])
    const metrics = await (await fetch(`${stack.metrics[name]}/metrics`)).text()
    expect(metrics).toMatch(/^homeport_\w+(\{.*\})? [0-9.e+]+$/m)
    expect(metrics).toContain('process_resident_memory_bytes')
  })
})

describe('npm run down', () => {
  it('leaves no container and no running stack', async () => {
    const other = await startLocalStack()
    const containers = (await runningTasks(ecsClient(other), 'homeport-sample')).map(runtimeIdOf)
    expect(containers).toHaveLength(1)
    await other.remove()
    for (const id of containers) {
      await expect(docker.getContainer(id).inspect()).rejects.toMatchObject({ statusCode: 404 })
    }
    await expect(other.npm('run', '-s', 'env')).rejects.toMatchObject({ code: 1 })
    await expect(fetch(other.environment['AWS_ENDPOINT_URL'] ?? '')).rejects.toThrow('fetch failed')
  })
})
