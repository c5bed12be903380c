/**
 * What the engine needs of a container runtime. Declared here, by its consumer; `docker/` implements it.
 * Every method may throw `RuntimeError`.
 */

/** How a call to the container runtime failed. */
export type RuntimeErrorCode =
  /** It could not be reached, or the connection broke: nothing is known about the outcome. */
  | 'unavailable'
  /** It refused, and would refuse again. */
  | 'refused'
  | 'not-found'
  /** A container of the same name exists. */
  | 'name-taken'
  /** The caller's signal aborted. */
  | 'aborted'

/** A failed call to the container runtime. Its texts are worded by ECS and the runtime, for users to read. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError'
  readonly code: RuntimeErrorCode
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean

  constructor(code: RuntimeErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.code = code
    this.retryable = code === 'unavailable'
  }
}

/** `udp` or `tcp`. */
export type PortProtocol = 'tcp' | 'udp'

/** A container port that the host publishes. */
export interface PortSpec {
  readonly containerPort: number
  /** 0: the runtime chooses. */
  readonly hostPort: number
  readonly protocol: PortProtocol
}

/** Where a container port can be reached. */
export interface PortBinding extends PortSpec {
  readonly bindIp: string
}

/** How the runtime finds out whether a container works. */
export interface HealthCheckSpec {
  /** As Docker's `Test`: `CMD` or `CMD-SHELL` first. */
  readonly test: readonly string[]
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly retries: number
  /** Zero: none. */
  readonly startPeriodMs: number
}

/** A limit on what one user of a container may take. */
export interface UlimitSpec {
  /** As `nofile`. */
  readonly name: string
  readonly soft: number
  readonly hard: number
}

/** Everything that makes a container. */
export interface ContainerSpec {
  /** Unique on the host and the same for every try, so that creating twice makes one. */
  readonly name: string
  readonly image: string
  /** Absent: the image's. */
  readonly command?: readonly string[]
  /** Absent: the image's. */
  readonly entryPoint?: readonly string[]
  /** `NAME=value`. */
  readonly environment: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  /** Absent: the image's. */
  readonly workingDirectory?: string
  /** Absent: the image's. */
  readonly user?: string
  /** Absent: the container id. */
  readonly hostname?: string
  readonly networkMode: 'bridge' | 'host' | 'none'
  readonly ports: readonly PortSpec[]
  /** `source:target` or `source:target:ro`. */
  readonly binds: readonly string[]
  /** Relative weight, at least 2. */
  readonly cpuShares: number
  /** Hard limit; zero: none. */
  readonly memoryBytes: number
  /** Soft limit; zero: none. */
  readonly memoryReservationBytes: number
  readonly ulimits: readonly UlimitSpec[]
  readonly isPrivileged: boolean
  readonly isRootFilesystemReadOnly: boolean
  readonly hasInitProcess: boolean
  readonly healthCheck?: HealthCheckSpec
  /** Absent: the runtime's default. */
  readonly log?: { readonly driver: string; readonly options: Readonly<Record<string, string>> }
}

/** What the runtime last found with a container's health check. */
export type HealthState = 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY'

/** What the runtime says of a container right now. */
export interface ContainerFacts {
  readonly runtimeId: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly status: 'created' | 'running' | 'exited'
  /** Means something only when `status` is `exited`. */
  readonly exitCode: number
  readonly isOutOfMemory: boolean
  /** Clock ms since epoch; zero: never. */
  readonly startedAtMs: number
  /** Clock ms since epoch; zero: not yet. */
  readonly finishedAtMs: number
  /** What the runtime itself says went wrong; empty: nothing. */
  readonly error: string
  readonly bindings: readonly PortBinding[]
  readonly health: HealthState
}

/** A container in a listing. */
export interface ListedContainer {
  readonly runtimeId: string
  readonly labels: Readonly<Record<string, string>>
  readonly isRunning: boolean
}

/** An image that the host has. */
export interface ImageFacts {
  /** `sha256:…` of its manifest in the registry that it came from; empty: built or imported here. */
  readonly digest: string
}

/** What a watcher is told. Calls come one after the other. */
export interface RuntimeListener {
  /** The stream of changes is open, for the first time or again: anything may have happened before. */
  onConnected(): void
  /** The stream broke, or could not be opened. */
  onDisconnected(): void
  /** Something about the container changed: it ended, was removed, or its health did. */
  onChange(change: { readonly runtimeId: string; readonly labels: Readonly<Record<string, string>> }): void
}

/** Versions, and what the runtime can do. */
export interface RuntimeVersion {
  /** As `20.10.24`. */
  readonly engine: string
  /** Highest API version, as `1.41`. */
  readonly api: string
  /** Lowest API version, as `1.12`. */
  readonly minimumApi: string
}

/** The port. */
export interface ContainerRuntime {
  version(): Promise<RuntimeVersion>
  /** `undefined`: the host does not have it. */
  findImage(reference: string): Promise<ImageFacts | undefined>
  /** Resolves when the image is there. `onProgress` is called for every sign of life. */
  pullImage(reference: string, options: { signal: AbortSignal; onProgress: () => void }): Promise<void>
  /** @returns the runtime id. @throws {RuntimeError} `name-taken` when a container of this name exists. */
  createContainer(spec: ContainerSpec, signal: AbortSignal): Promise<string>
  /** Harmless when it runs already. */
  startContainer(runtimeId: string, signal: AbortSignal): Promise<void>
  /** By id or name; `undefined`: there is none. */
  inspectContainer(idOrName: string): Promise<ContainerFacts | undefined>
  /** Sends the stop signal, and SIGKILL after `timeoutSeconds`; resolves when it has ended or is gone. */
  stopContainer(runtimeId: string, timeoutSeconds: number): Promise<void>
  /** Kills it if it runs, and removes it with its anonymous volumes; harmless when it is gone. */
  removeContainer(runtimeId: string): Promise<void>
  /** Every container with this label, running or not. */
  listContainers(label: string): Promise<readonly ListedContainer[]>
  /** Watches containers with this label until stopped, reconnecting by itself. */
  watch(label: string, listener: RuntimeListener): { stop(): Promise<void> }
}
