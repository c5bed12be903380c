/** A container runtime in memory, held to the same contract as the real one. */
import {
  type ContainerFacts,
  type ContainerRuntime,
  type ContainerSpec,
  type ImageFacts,
  type ListedContainer,
  type PortBinding,
  RuntimeError,
  type RuntimeListener,
} from '../engine/container-runtime.ts'

interface FakeContainer {
  readonly runtimeId: string
  readonly spec: ContainerSpec
  facts: ContainerFacts
}

interface Watcher {
  readonly name: string
  readonly value: string
  readonly listener: RuntimeListener
}

/** Calls that a test can make fail or wait. */
export type FakeCall = 'pull' | 'create' | 'start' | 'inspect' | 'stop' | 'remove' | 'list'

const FIRST_DYNAMIC_PORT = 32_768

/** The runtime and the levers that a test pulls. */
export class FakeRuntime implements ContainerRuntime {
  readonly images: Map<string, ImageFacts> = new Map([['test/busybox:1', { digest: '' }]])
  /** What a registry would serve. */
  readonly registry: Map<string, ImageFacts> = new Map()
  /** Every call that changes something, in order, as `start NAME`. */
  readonly calls: string[] = []
  readonly #containers = new Map<string, FakeContainer>()
  readonly #watchers = new Set<Watcher>()
  readonly #failures = new Map<FakeCall, RuntimeError[]>()
  readonly #gates = new Map<FakeCall, Promise<void>>()
  readonly #now: () => number
  readonly #started: string[] = []
  #count = 0
  #nextPort = FIRST_DYNAMIC_PORT
  #isDown = false
  /** Starts under way, and the most there ever were at a time. */
  startsInFlight = 0
  startsInFlightMax = 0

  constructor(now: () => number = () => 0) {
    this.#now = now
  }

  version(): Promise<{ engine: string; api: string; minimumApi: string }> {
    return Promise.resolve({ engine: '20.10.24', api: '1.41', minimumApi: '1.12' })
  }

  async findImage(reference: string): Promise<ImageFacts | undefined> {
    this.#checkUp()
    return this.images.get(reference)
  }

  async pullImage(
    reference: string,
    { signal, onProgress }: { signal: AbortSignal; onProgress: () => void },
  ): Promise<void> {
    this.calls.push(`pull ${reference}`)
    onProgress()
    await this.#enter('pull', signal)
    const image = this.registry.get(reference)
    if (image === undefined) {
      throw new RuntimeError('refused', `Error response from daemon: manifest for ${reference} not found`)
    }
    this.images.set(reference, image)
  }

  async createContainer(spec: ContainerSpec, signal: AbortSignal): Promise<string> {
    this.calls.push(`create ${spec.name}`)
    await this.#enter('create', signal)
    if (!this.images.has(spec.image)) {
      throw new RuntimeError('not-found', `Error response from daemon: No such image: ${spec.image}`)
    }
    if (this.#find(spec.name) !== undefined) {
      throw new RuntimeError(
        'name-taken',
        `Error response from daemon: Conflict. The container name "/${spec.name}" is already in use`,
      )
    }
    this.#count += 1
    const runtimeId = this.#count.toString(16).padStart(64, '0')
    const facts: ContainerFacts = {
      runtimeId,
      name: spec.name,
      labels: spec.labels,
      status: 'created',
      exitCode: 0,
      isOutOfMemory: false,
      startedAtMs: 0,
      finishedAtMs: 0,
      error: '',
      bindings: [],
      health: 'UNKNOWN',
    }
    this.#containers.set(runtimeId, { runtimeId, spec, facts })
    return runtimeId
  }

  async startContainer(runtimeId: string, signal: AbortSignal): Promise<void> {
    const container = this.#required(runtimeId)
    this.calls.push(`start ${container.spec.name}`)
    this.startsInFlight += 1
    this.startsInFlightMax = Math.max(this.startsInFlightMax, this.startsInFlight)
    try {
      await this.#enter('start', signal)
    } finally {
      this.startsInFlight -= 1
    }
    if (container.facts.status === 'running') return
    this.#started.push(container.spec.name)
    const bindings = this.#bind(container.spec)
    container.facts = { ...container.facts, status: 'running', startedAtMs: this.#now(), bindings }
  }

  async inspectContainer(idOrName: string): Promise<ContainerFacts | undefined> {
    await this.#enter('inspect')
    return this.#find(idOrName)?.facts
  }

  async stopContainer(runtimeId: string, timeoutSeconds: number): Promise<void> {
    const container = this.#containers.get(runtimeId)
    this.calls.push(`stop ${container?.spec.name ?? runtimeId} ${timeoutSeconds}`)
    await this.#enter('stop')
    if (container?.facts.status === 'running') this.exit(container.spec.name, { exitCode: 143 })
  }

  async removeContainer(runtimeId: string): Promise<void> {
    const container = this.#find(runtimeId)
    this.calls.push(`remove ${container?.spec.name ?? runtimeId}`)
    await this.#enter('remove')
    if (container === undefined) return
    if (container.facts.status === 'running') this.exit(container.spec.name, { exitCode: 137 })
    this.#containers.delete(container.runtimeId)
    this.#announce(container)
  }

  async listContainers(label: string): Promise<readonly ListedContainer[]> {
    await this.#enter('list')
    const [name = '', value] = label.split('=')
    return [...this.#containers.values()]
      .filter(({ spec }) => spec.labels[name] === value)
      .map(({ runtimeId, spec, facts }) => ({
        runtimeId,
        labels: spec.labels,
        isRunning: facts.status === 'running',
      }))
  }

  watch(label: string, listener: RuntimeListener): { stop(): Promise<void> } {
    const [name = '', value = ''] = label.split('=')
    const watcher: Watcher = { name, value, listener }
    this.#watchers.add(watcher)
    queueMicrotask(() => {
      if (!this.#isDown) listener.onConnected()
    })
    return {
      stop: async () => {
        this.#watchers.delete(watcher)
      },
    }
  }

  /** Ends a running container by itself. */
  exit(name: string, end: { readonly exitCode: number; readonly isOutOfMemory?: boolean }): void {
    const container = this.#byName(name)
    container.facts = {
      ...container.facts,
      status: 'exited',
      exitCode: end.exitCode,
      isOutOfMemory: end.isOutOfMemory ?? false,
      finishedAtMs: this.#now(),
      bindings: [],
    }
    this.#announce(container)
  }

  /** Changes a container's health. */
  health(name: string, health: ContainerFacts['health']): void {
    const container = this.#byName(name)
    container.facts = { ...container.facts, health }
    this.#announce(container)
  }

  /** The engine stops: calls fail, the stream of changes breaks, nothing is announced. */
  goDown(): void {
    this.#isDown = true
    for (const { listener } of this.#watchers) listener.onDisconnected()
  }

  /** The engine is back. */
  comeUp(): void {
    this.#isDown = false
    for (const { listener } of this.#watchers) listener.onConnected()
  }

  /** The next calls of this kind fail, one for each error. */
  failNext(call: FakeCall, ...errors: RuntimeError[]): void {
    this.#failures.set(call, [...(this.#failures.get(call) ?? []), ...errors])
  }

  /** Calls of this kind wait until the result is called. */
  hold(call: FakeCall): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#gates.set(call, promise)
    return () => {
      this.#gates.delete(call)
      resolve()
    }
  }

  /** Names of containers, with their status. */
  containers(): string[] {
    return [...this.#containers.values()].map(({ spec, facts }) => `${spec.name} ${facts.status}`)
  }

  /** Names of containers whose process was started, in order; one that is there twice ran twice. */
  started(): string[] {
    return [...this.#started]
  }

  /** The spec that a container was created from. */
  specOf(name: string): ContainerSpec {
    return this.#byName(name).spec
  }

  #bind(spec: ContainerSpec): PortBinding[] {
    return spec.ports.flatMap((port) => {
      const hostPort = port.hostPort === 0 ? this.#nextPort++ : port.hostPort
      return ['0.0.0.0', '::'].map((bindIp) => ({ ...port, hostPort, bindIp }))
    })
  }

  #checkUp(): void {
    if (this.#isDown) throw new RuntimeError('unavailable', 'Cannot connect to the Docker daemon: it is down')
  }

  async #enter(call: FakeCall, signal?: AbortSignal): Promise<void> {
    this.#checkUp()
    const gate = this.#gates.get(call)
    if (gate !== undefined) await Promise.race([gate, aborted(signal)])
    if (signal?.aborted === true) throw new RuntimeError('aborted', 'the call was given up')
    this.#checkUp()
    const failure = this.#failures.get(call)?.shift()
    if (failure !== undefined) throw failure
  }

  #announce({ runtimeId, spec }: FakeContainer): void {
    if (this.#isDown) return
    for (const { name, value, listener } of this.#watchers) {
      if (spec.labels[name] === value) listener.onChange({ runtimeId, labels: spec.labels })
    }
  }

  #find(idOrName: string): FakeContainer | undefined {
    return (
      this.#containers.get(idOrName) ??
      [...this.#containers.values()].find(({ spec }) => spec.name === idOrName)
    )
  }

  #required(runtimeId: string): FakeContainer {
    const container = this.#containers.get(runtimeId)
    if (container === undefined) {
      throw new RuntimeError('refused', `Error response from daemon: No such container: ${runtimeId}`)
    }
    return container
  }

  #byName(name: string): FakeContainer {
    const container = this.#find(name)
    if (container === undefined) throw new Error(`no container ${name}: ${this.containers().join(', ')}`)
    return container
  }
}

const aborted = (signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }))
