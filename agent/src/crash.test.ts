/**
 * Goal: whatever moment the agent dies at, every container belongs to its task afterwards: none twice, none
 * forgotten, exit codes as they were.
 * Method: the agent as its own process on the real Docker engine, killed with SIGKILL at moments drawn from a
 * seed, and started again over the same folder. Containers count their runs in a file on the host.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '@homeport/runtime'
import { TaskStatus } from '@homeport/wire/types'
import Docker from 'dockerode'
import { describe, expect, it, onTestFinished } from 'vitest'
import { assignment, taskId } from './testing/assignments.ts'
import { removeInstallation, TEST_IMAGE, useTestImage } from './testing/docker.ts'
import { FakeGateway } from './testing/fake-gateway.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
const docker = new Docker()
useTestImage()

class AgentProcess {
  readonly installationId: string
  readonly #environment: Record<string, string>
  #child: ChildProcess | undefined

  constructor(gateway: FakeGateway, folder: string) {
    this.installationId = `crash-${process.pid}-${Math.trunc(performance.now())}`
    this.#environment = {
      PATH: process.env['PATH'] ?? '',
      DOCKER_HOST: process.env['DOCKER_HOST'] ?? '',
      HOMEPORT_AGENT_DATA_DIR: join(folder, 'data'),
      HOMEPORT_AGENT_METRICS_PORT: '0',
      HOMEPORT_GATEWAY_ADDRESS: gateway.sessionAddress,
      HOMEPORT_ENROLLMENT_ADDRESS: gateway.enrollmentAddress,
      HOMEPORT_JOIN_TOKEN: gateway.joinToken,
      HOMEPORT_INSTALLATION_ID: this.installationId,
      HOMEPORT_LOG_LEVEL: 'error',
    }
  }

  start(): void {
    this.#child = spawn(process.execPath, [MAIN], {
      env: this.#environment,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child
    if (child === undefined) return null
    this.#child = undefined
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
    child.kill(signal)
    return exited
  }

  async containers(): Promise<Docker.ContainerInfo[]> {
    const label = [`homeport.installation=${this.installationId}`]
    return docker.listContainers({ all: true, filters: { label } })
  }
}

interface World {
  readonly gateway: FakeGateway
  readonly agent: AgentProcess
  /** On the host; each run of a container leaves a file in it. */
  readonly runs: string
}

async function startWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'agent-crash-'))
  const runs = join(folder, 'runs')
  mkdirSync(runs)
  const gateway = await new FakeGateway({}).start()
  const agent = new AgentProcess(gateway, folder)
  onTestFinished(async () => {
    await agent.end('SIGKILL')
    await gateway.stop()
    await removeInstallation(agent.installationId)
  })
  return { gateway, agent, runs }
}

/** A task that notes its run, and then does what `command` says. */
const noting = ({ runs }: World, number: number, command: string) =>
  assignment(number, {
    containers: [
      {
        name: 'app',
        image: TEST_IMAGE,
        memory: 16,
        stopTimeout: 2,
        command: ['sh', '-c', `mktemp /runs/task-${number}.XXXXXX; ${command}`],
        mountPoints: [{ sourceVolume: 'runs', containerPath: '/runs' }],
      },
    ],
    definition: { volumes: [{ name: 'runs', host: { sourcePath: runs } }] },
  })

const RUN_FOREVER = 'trap "exit 0" TERM; sleep 1000 & wait'

function runCounts({ runs }: World): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of readdirSync(runs)) {
    const task = name.split('.')[0] ?? ''
    counts[task] = (counts[task] ?? 0) + 1
  }
  return counts
}

describe('an agent that is killed', () => {
  const seed = Number(process.hrtime.bigint() % 1_000_000n)
  it(`in the middle of starts runs every task once (seed ${seed})`, async () => {
    const random = seededRandom(seed)
    const world = await startWorld()
    const { gateway, agent } = world
    agent.start()
    await gateway.until(() => gateway.registrations.length === 1)
    const numbers = Array.from({ length: 12 }, (_, index) => index + 1)
    for (const number of numbers) gateway.assign(noting(world, number, RUN_FOREVER))
    for (let kill = 0; kill < 3; kill += 1) {
      // A moment that depends on the work instead of on the clock: after so many containers have appeared.
      const target = Math.ceil(random.next() * 4) * (kill + 1)
      while ((await agent.containers()).length < Math.min(target, 11));
      await agent.end('SIGKILL')
      agent.start()
    }
    for (const number of numbers) await gateway.reached(taskId(number), TaskStatus.RUNNING)
    const containers = await agent.containers()
    expect(containers).toHaveLength(12)
    expect(containers.every(({ State }) => State === 'running')).toBe(true)
    const observed = numbers.map((number) => gateway.observed(taskId(number))?.containers[0]?.runtimeId)
    expect(new Set(observed)).toEqual(new Set(containers.map(({ Id }) => Id)))
    expect(runCounts(world)).toEqual(Object.fromEntries(numbers.map((number) => [`task-${number}`, 1])))
  }, 90_000)

  it('while containers end and stop reports their exit codes', async () => {
    const world = await startWorld()
    const { gateway, agent } = world
    agent.start()
    gateway.assign(noting(world, 1, 'sleep 1000 & wait $! || exit 41'))
    gateway.assign(noting(world, 2, RUN_FOREVER))
    gateway.assign(noting(world, 3, RUN_FOREVER))
    for (const number of [1, 2, 3]) await gateway.reached(taskId(number), TaskStatus.RUNNING)
    // Killed with a stop under way: the gateway has heard of it, the container takes its time.
    gateway.stopTask(taskId(2))
    await gateway.reached(taskId(2), TaskStatus.STOPPING)
    await agent.end('SIGKILL')
    const runtimeId = gateway.observed(taskId(1))?.containers[0]?.runtimeId ?? ''
    const exec = await docker.getContainer(runtimeId).exec({ Cmd: ['sh', '-c', 'kill -9 $(pidof sleep)'] })
    await exec.start({ Detach: true })
    await docker.getContainer(runtimeId).wait()
    gateway.stopTask(taskId(3))
    agent.start()
    const first = await gateway.reached(taskId(1), TaskStatus.STOPPED)
    const second = await gateway.reached(taskId(2), TaskStatus.STOPPED)
    const third = await gateway.reached(taskId(3), TaskStatus.STOPPED)
    expect(first.containers[0]?.exitCode).toBe(41)
    expect(first.stopCode).toBe('EssentialContainerExited')
    expect(second.containers[0]?.exitCode).toBe(0)
    expect(third.containers[0]?.exitCode).toBe(0)
    expect([second.stopCode, third.stopCode]).toEqual(['', ''])
    expect(runCounts(world)).toEqual({ 'task-1': 1, 'task-2': 1, 'task-3': 1 })
    const sequences = gateway.reports.map(({ sequence }) => Number(sequence))
    expect(Math.max(...sequences)).toBe(sequences.at(-1))
  }, 60_000)

  it('with SIGTERM leaves its containers running and exits with 0', async () => {
    const world = await startWorld()
    const { gateway, agent } = world
    agent.start()
    gateway.assign(noting(world, 1, RUN_FOREVER))
    await gateway.reached(taskId(1), TaskStatus.RUNNING)
    expect(await agent.end('SIGTERM')).toBe(0)
    expect((await agent.containers()).map(({ State }) => State)).toEqual(['running'])
    agent.start()
    await gateway.until(() => gateway.registrations.length === 2)
    gateway.stopTask(taskId(1))
    const observed = await gateway.reached(taskId(1), TaskStatus.STOPPED)
    expect(observed.containers[0]?.exitCode).toBe(0)
    expect(runCounts(world)).toEqual({ 'task-1': 1 })
  }, 60_000)
})
