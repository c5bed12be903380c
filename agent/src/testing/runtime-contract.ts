/** What every container runtime must do; run against the fake and against a real Docker engine. */
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ContainerFacts, ContainerRuntime, ContainerSpec } from '../engine/container-runtime.ts'

/** A runtime under test. */
export interface RuntimeUnderTest {
  readonly runtime: ContainerRuntime
  /** An image that the host has, with a shell. */
  readonly image: string
  /** Makes a running container that was given `sleep 1000` end with this code. */
  readonly endContainer: (name: string, exitCode: number) => Promise<void>
}

const LABEL = 'homeport.contract'
const never = new AbortController().signal

/** Registers the suite. */
export function describeRuntimeContract(title: string, open: () => RuntimeUnderTest): void {
  let count = 0
  const newSpec = (image: string, over: Partial<ContainerSpec> = {}): ContainerSpec => {
    count += 1
    const unique = `contract-${title.replaceAll(/\W/g, '')}-${process.pid}-${count}`
    return {
      name: unique,
      image,
      command: ['sh', '-c', 'trap "exit 143" TERM; sleep 1000 & wait $! || exit 7'],
      environment: [],
      labels: { [LABEL]: unique },
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
  const create = async ({ runtime, image }: RuntimeUnderTest, over: Partial<ContainerSpec> = {}) => {
    const spec = newSpec(image, over)
    const runtimeId = await runtime.createContainer(spec, never)
    onTestFinished(() => runtime.removeContainer(runtimeId))
    return { spec, runtimeId, label: `${LABEL}=${spec.name}` }
  }

  describe(`${title} as a container runtime`, () => {
    it('finds an image that is there and none that is not', async () => {
      const { runtime, image } = open()
      expect(await runtime.findImage(image)).toEqual({ digest: '' })
      expect(await runtime.findImage('test/missing:1')).toBeUndefined()
    })

    it('refuses to pull an image that no registry has', async () => {
      const { runtime } = open()
      const pull = runtime.pullImage('127.0.0.1:1/test/missing:1', { signal: never, onProgress() {} })
      await expect(pull).rejects.toMatchObject({ name: 'RuntimeError', code: 'refused' })
    })

    it('creates, starts, inspects, stops and removes a container', async () => {
      const test = open()
      const { runtime } = test
      const { spec, runtimeId } = await create(test, {
        ports: [{ containerPort: 80, hostPort: 0, protocol: 'tcp' }],
      })
      expect(await runtime.inspectContainer(runtimeId)).toMatchObject({ status: 'created', startedAtMs: 0 })
      await runtime.startContainer(runtimeId, never)
      const running = await runtime.inspectContainer(spec.name)
      expect(running).toMatchObject({ runtimeId, name: spec.name, status: 'running', finishedAtMs: 0 })
      expect(running?.labels).toMatchObject(spec.labels)
      expect(running?.bindings.map(({ bindIp }) => bindIp).sort()).toEqual(['0.0.0.0', '::'])
      expect(running?.bindings.every(({ hostPort }) => hostPort > 0)).toBe(true)
      await runtime.stopContainer(runtimeId, 10)
      expect(await runtime.inspectContainer(runtimeId)).toMatchObject({ status: 'exited', exitCode: 143 })
      await runtime.removeContainer(runtimeId)
      expect(await runtime.inspectContainer(runtimeId)).toBeUndefined()
    })

    it('does no harm when stop, start and remove are repeated', async () => {
      const test = open()
      const { runtime } = test
      const { runtimeId } = await create(test)
      await runtime.startContainer(runtimeId, never)
      await runtime.startContainer(runtimeId, never)
      await runtime.stopContainer(runtimeId, 10)
      await runtime.stopContainer(runtimeId, 10)
      await runtime.removeContainer(runtimeId)
      await runtime.removeContainer(runtimeId)
      await runtime.stopContainer(runtimeId, 10)
      expect(await runtime.inspectContainer(runtimeId)).toBeUndefined()
    })

    it('refuses a name that is taken, and an image that is missing', async () => {
      const test = open()
      const { spec } = await create(test)
      await expect(test.runtime.createContainer(spec, never)).rejects.toMatchObject({ code: 'name-taken' })
      const missing = newSpec('test/missing:1')
      await expect(test.runtime.createContainer(missing, never)).rejects.toMatchObject({
        message: expect.stringContaining('No such image'),
      })
    })

    it('lists the containers of a label only', async () => {
      const test = open()
      const one = await create(test)
      const other = await create(test)
      await test.runtime.startContainer(other.runtimeId, never)
      expect(await test.runtime.listContainers(one.label)).toMatchObject([
        { runtimeId: one.runtimeId, isRunning: false },
      ])
      expect(await test.runtime.listContainers(other.label)).toMatchObject([
        { runtimeId: other.runtimeId, isRunning: true },
      ])
    })

    it('tells a watcher that a container ended, with its exit code in the next inspection', async () => {
      const test = open()
      const { runtime } = test
      const { spec, runtimeId, label } = await create(test)
      await runtime.startContainer(runtimeId, never)
      const connected = Promise.withResolvers<void>()
      const changed = Promise.withResolvers<ContainerFacts | undefined>()
      const watch = runtime.watch(label, {
        onConnected: () => connected.resolve(),
        onDisconnected() {},
        onChange: (change) => {
          expect(change.labels).toMatchObject(spec.labels)
          changed.resolve(runtime.inspectContainer(change.runtimeId))
        },
      })
      onTestFinished(() => watch.stop())
      await connected.promise
      await test.endContainer(spec.name, 7)
      expect(await changed.promise).toMatchObject({ status: 'exited', exitCode: 7, isOutOfMemory: false })
    })
  })
}
