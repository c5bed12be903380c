import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type Docker from 'dockerode'
import { SLEEPER, type StartPeer } from './peer.ts'
import { watchStarts } from './started-containers.ts'

const SERVICE = 'homeport-bench'
const POLL_INTERVAL_MS = 5
const GIVE_UP_AFTER_MS = 120_000
const execute = promisify(execFile)

/**
 * Docker Swarm on the same engine, measured in two ways: `swarm`, from `service create` until all tasks are running,
 * and `swarm-command`, until the command `docker service create` returns, which also watches the tasks for a while.
 * Makes the engine a one-node swarm when it is none, and leaves it at the end.
 */
export async function swarmPeers(docker: Docker, image: string): Promise<StartPeer[]> {
  const info = (await docker.info()) as { Swarm?: { LocalNodeState?: string } }
  const wasActive = info.Swarm?.LocalNodeState === 'active'
  if (!wasActive) {
    await docker.swarmInit({
      AdvertiseAddr: '127.0.0.1',
      ListenAddr: '127.0.0.1:2377',
      ForceNewCluster: false,
    })
  }
  const starts = await watchStarts(docker, `com.docker.swarm.service.name=${SERVICE}`)
  const clear = async (): Promise<void> => {
    const services = await docker.listServices({ filters: { name: [SERVICE] } })
    for (const service of services) await docker.getService(service.ID ?? SERVICE).remove()
    await until(async () => (await ownContainers(docker)) === 0)
  }
  const command: StartPeer = {
    name: 'swarm-command',
    start: (count) => timed(() => createByCommand(image, count)),
    clear,
    close: clear,
  }
  const running: StartPeer = {
    name: 'swarm',
    start: (count) =>
      timed(async () => {
        await createByApi(docker, image, count)
        await starts.reach(count)
        await until(async () => (await runningTasks(docker)) >= count)
      }),
    clear,
    async close() {
      await clear()
      starts.close()
      if (!wasActive) await docker.swarmLeave({ force: true })
    },
  }
  return [command, running]
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

function createByApi(docker: Docker, image: string, count: number): Promise<unknown> {
  return docker.createService({
    Name: SERVICE,
    TaskTemplate: {
      ContainerSpec: { Image: image, Command: [...SLEEPER.command] },
      Resources: { Limits: { MemoryBytes: SLEEPER.memoryMiB * 1024 * 1024 } },
      RestartPolicy: { Condition: 'none' },
    },
    Mode: { Replicated: { Replicas: count } },
  })
}

function createByCommand(image: string, count: number): Promise<unknown> {
  const words = ['service', 'create', '--quiet', '--name', SERVICE, '--replicas', String(count)]
  const options = [
    '--restart-condition',
    'none',
    '--limit-memory',
    `${SLEEPER.memoryMiB}M`,
    '--no-resolve-image',
  ]
  return execute('docker', [...words, ...options, image, ...SLEEPER.command])
}

async function runningTasks(docker: Docker): Promise<number> {
  const tasks = (await docker.listTasks({ filters: { service: [SERVICE] } })) as {
    Status?: { State?: string }
  }[]
  return tasks.filter((task) => task.Status?.State === 'running').length
}

async function ownContainers(docker: Docker): Promise<number> {
  const label = [`com.docker.swarm.service.name=${SERVICE}`]
  return (await docker.listContainers({ all: true, filters: { label } })).length
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + GIVE_UP_AFTER_MS
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error('Cannot measure Swarm: its tasks did not come up in 120 s')
    await sleep(POLL_INTERVAL_MS)
  }
}
