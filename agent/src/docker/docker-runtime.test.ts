/**
 * Goal: the adapter speaks Docker as the engine of this machine understands it.
 * Method: the contract that the fake is held to as well, and one container with everything in its specification.
 */
import { randomBytes } from 'node:crypto'
import { silentLogger, systemClock, systemRandom } from '@homeport/runtime'
import Docker from 'dockerode'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ContainerSpec } from '../engine/container-runtime.ts'
import { dockerHost, TEST_IMAGE, useTestImage } from '../testing/docker.ts'
import { describeRuntimeContract } from '../testing/runtime-contract.ts'
import { createDockerRuntime } from './docker-runtime.ts'

const docker = new Docker()
const ports = { clock: systemClock, random: systemRandom, logger: silentLogger }
const never = new AbortController().signal
useTestImage()

describeRuntimeContract('Docker', () => ({
  runtime: createDockerRuntime(dockerHost(), ports),
  image: TEST_IMAGE,
  async endContainer(name, exitCode) {
    const exec = await docker.getContainer(name).exec({ Cmd: ['sh', '-c', `kill -9 $(pidof sleep)`] })
    await exec.start({ Detach: true })
    expect(exitCode).toBe(7)
  },
}))

const spec = (over: Partial<ContainerSpec>): ContainerSpec => {
  const name = `adapter-${randomBytes(6).toString('hex')}`
  return {
    name,
    image: TEST_IMAGE,
    environment: [],
    labels: {},
    networkMode: 'bridge',
    ports: [],
    binds: [],
    cpuShares: 2,
    memoryBytes: 0,
    memoryReservationBytes: 0,
    ulimits: [],
    isPrivileged: false,
    isRootFilesystemReadOnly: false,
    hasInitProcess: false,
    ...over,
  }
}

describe('createDockerRuntime', () => {
  const runtime = createDockerRuntime(dockerHost(), ports)
  const started = async (over: Partial<ContainerSpec>) => {
    const container = spec(over)
    const runtimeId = await runtime.createContainer(container, never)
    onTestFinished(() => runtime.removeContainer(runtimeId))
    await runtime.startContainer(runtimeId, never)
    return { container, runtimeId, info: await docker.getContainer(runtimeId).inspect() }
  }

  it('passes every field of the specification on', async () => {
    const { info } = await started({
      command: ['1000'],
      entryPoint: ['sleep'],
      environment: ['COLOR=blue', 'EMPTY='],
      labels: { tier: 'web' },
      workingDirectory: '/work',
      user: '1000:1000',
      hostname: 'box',
      ports: [
        { containerPort: 80, hostPort: 0, protocol: 'tcp' },
        { containerPort: 53, hostPort: 0, protocol: 'udp' },
      ],
      binds: ['/tmp:/host:ro'],
      cpuShares: 256,
      memoryBytes: 64 * 1024 * 1024,
      memoryReservationBytes: 32 * 1024 * 1024,
      ulimits: [{ name: 'nofile', soft: 1000, hard: 2000 }],
      isRootFilesystemReadOnly: true,
      hasInitProcess: true,
      healthCheck: {
        test: ['CMD', 'true'],
        intervalMs: 5000,
        timeoutMs: 2000,
        retries: 4,
        startPeriodMs: 1000,
      },
      log: { driver: 'json-file', options: { 'max-size': '1m' } },
    })
    expect(info.Config).toMatchObject({
      Cmd: ['1000'],
      Entrypoint: ['sleep'],
      Env: expect.arrayContaining(['COLOR=blue', 'EMPTY=']),
      Labels: { tier: 'web' },
      WorkingDir: '/work',
      User: '1000:1000',
      Hostname: 'box',
      Healthcheck: {
        Test: ['CMD', 'true'],
        Interval: 5_000_000_000,
        Timeout: 2_000_000_000,
        Retries: 4,
        StartPeriod: 1_000_000_000,
      },
    })
    expect(info.HostConfig).toMatchObject({
      Binds: ['/tmp:/host:ro'],
      CpuShares: 256,
      Memory: 64 * 1024 * 1024,
      MemoryReservation: 32 * 1024 * 1024,
      Ulimits: [{ Name: 'nofile', Soft: 1000, Hard: 2000 }],
      ReadonlyRootfs: true,
      Init: true,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
    })
    expect(Object.keys(info.NetworkSettings.Ports).sort()).toEqual(['53/udp', '80/tcp'])
  })

  it("says in Docker's words why a container does not start", async () => {
    const container = spec({ command: ['no-such-program'] })
    const runtimeId = await runtime.createContainer(container, never)
    onTestFinished(() => runtime.removeContainer(runtimeId))
    await expect(runtime.startContainer(runtimeId, never)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/^Error response from daemon: .*executable file not found in \$PATH/),
    })
  })

  it('refuses a host port that another container has', async () => {
    const first = await started({
      command: ['sleep', '1000'],
      ports: [{ containerPort: 80, hostPort: 0, protocol: 'tcp' }],
    })
    const facts = await runtime.inspectContainer(first.runtimeId)
    const hostPort = facts?.bindings[0]?.hostPort ?? 0
    const container = spec({
      command: ['sleep', '1000'],
      ports: [{ containerPort: 80, hostPort, protocol: 'tcp' }],
    })
    const runtimeId = await runtime.createContainer(container, never)
    onTestFinished(() => runtime.removeContainer(runtimeId))
    await expect(runtime.startContainer(runtimeId, never)).rejects.toMatchObject({
      message: expect.stringContaining('port is already allocated'),
    })
  })

  it('recognises a container that was killed for its memory', async () => {
    const { container, runtimeId, info } = await started({
      command: ['tail', '/dev/zero'],
      memoryBytes: 16 * 1024 * 1024,
    })
    expect(info.Name).toBe(`/${container.name}`)
    await docker.getContainer(runtimeId).wait()
    expect(await runtime.inspectContainer(runtimeId)).toMatchObject({
      status: 'exited',
      exitCode: 137,
      isOutOfMemory: true,
    })
  })

  it('says that it is unavailable when there is no engine', async () => {
    const nowhere = createDockerRuntime('unix:///nonexistent/docker.sock', ports)
    await expect(nowhere.version()).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  })

  it('refuses an address that is none', () => {
    expect(() => createDockerRuntime('npipe://x', ports)).toThrow('received "npipe://x"')
  })
})
