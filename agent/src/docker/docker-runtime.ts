/** The container runtime port over a Docker engine. */
import type { Clock, Logger, Random } from '@homeport/runtime'
import Docker, { type ContainerCreateOptions } from 'dockerode'
import {
  type ContainerRuntime,
  type ImageFacts,
  type ListedContainer,
  RuntimeError,
} from '../engine/container-runtime.ts'
import { containerFacts } from './container-facts.ts'
import { createOptions } from './create-options.ts'
import { toRuntimeError } from './docker-error.ts'
import { watchEvents } from './event-stream.ts'
import { jsonLines } from './json-lines.ts'

/** What the adapter needs. */
export interface DockerRuntimePorts {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/**
 * A runtime over the Docker engine at `host`: `unix:///path` or `tcp://host:port`, as DOCKER_HOST. Connects lazily.
 * @throws {Error} when `host` is neither.
 */
export function createDockerRuntime(host: string, ports: DockerRuntimePorts): ContainerRuntime {
  const docker = new Docker(connection(host))
  return {
    async version() {
      const version = await call(() => docker.version())
      return { engine: version.Version, api: version.ApiVersion, minimumApi: version.MinAPIVersion }
    },
    async findImage(reference) {
      const image = await unlessMissing(() => docker.getImage(reference).inspect())
      return image === undefined ? undefined : imageFacts(image.RepoDigests)
    },
    pullImage: (reference, options) => pullImage(docker, reference, options),
    async createContainer(spec, signal) {
      // Without `_query`, dockerode repeats the whole body in the address.
      const request = { _query: { name: spec.name }, _body: createOptions(spec), abortSignal: signal }
      const container = await call(() => docker.createContainer(request as ContainerCreateOptions), signal)
      return container.id
    },
    startContainer: (runtimeId, signal) =>
      unlessDone(() => docker.getContainer(runtimeId).start({ abortSignal: signal }), signal),
    async inspectContainer(idOrName) {
      const info = await unlessMissing(() => docker.getContainer(idOrName).inspect())
      return info === undefined ? undefined : containerFacts(info)
    },
    async stopContainer(runtimeId, timeoutSeconds) {
      await unlessMissing(() => unlessDone(() => docker.getContainer(runtimeId).stop({ t: timeoutSeconds })))
    },
    async removeContainer(runtimeId) {
      await unlessMissing(() => docker.getContainer(runtimeId).remove({ force: true, v: true }))
    },
    async listContainers(label) {
      const listed = await call(() => docker.listContainers({ all: true, filters: { label: [label] } }))
      return listed.map(
        ({ Id, Labels, State }): ListedContainer => ({
          runtimeId: Id,
          labels: Labels,
          isRunning: State === 'running' || State === 'paused' || State === 'restarting',
        }),
      )
    },
    watch: (label, listener) => watchEvents(label, listener, { docker, ...ports }),
  }
}

function connection(host: string): Docker.DockerOptions {
  const match = /^(?:unix:\/\/(?<socketPath>\/.+)|tcp:\/\/(?<host>[^:/]+):(?<port>\d+))$/.exec(host)
  const { socketPath, host: name, port } = match?.groups ?? {}
  if (socketPath !== undefined) return { socketPath }
  if (name !== undefined && port !== undefined) return { host: name, port: Number(port), protocol: 'http' }
  throw new Error(
    `Cannot connect to Docker: the host is unix:///path or tcp://host:port, received ${JSON.stringify(host)}`,
  )
}

async function call<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toRuntimeError(error, signal)
  }
}

async function unlessMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    const failure = toRuntimeError(error)
    // 409: its removal is under way already.
    if (failure.code === 'not-found' || failure.code === 'name-taken') return undefined
    throw failure
  }
}

/** Docker answers 304 to a start of what runs and a stop of what does not. */
const NOT_MODIFIED = 304

async function unlessDone(work: () => Promise<unknown>, signal?: AbortSignal): Promise<void> {
  try {
    await work()
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === NOT_MODIFIED) return
    const failure = toRuntimeError(error, signal)
    // The container, or what it needs: a message for the user, not a missing container.
    throw failure.code === 'not-found' && signal !== undefined
      ? new RuntimeError('refused', failure.message, { cause: error })
      : failure
  }
}

function imageFacts(repoDigests: readonly string[] | undefined): ImageFacts {
  const [, digest = ''] = repoDigests?.[0]?.split('@') ?? []
  return { digest }
}

/** A failure may arrive in the stream, after the call itself has succeeded. */
async function pullImage(
  docker: Docker,
  reference: string,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: () => void },
): Promise<void> {
  const stream = await call(() => docker.pull(reference, { abortSignal: signal }), signal)
  const abandon = (): void => {
    if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy()
  }
  signal.addEventListener('abort', abandon, { once: true })
  try {
    for await (const progress of jsonLines(stream)) {
      onProgress()
      const { error } = progress as { readonly error?: string }
      if (error !== undefined) throw new RuntimeError('refused', error)
    }
  } catch (error) {
    throw toRuntimeError(error, signal)
  } finally {
    signal.removeEventListener('abort', abandon)
  }
  if (signal.aborted) throw new RuntimeError('aborted', 'the pull was given up')
}
