/**
 * Makes sure that images are on the host, as ECS_IMAGE_PULL_BEHAVIOR says.
 *
 * An image that came from no registry (imported, built or loaded here: it has no repository digest) is used as it
 * is under `default`: nothing newer can exist, and asking costs from 20 ms to a DNS time-out on a host that reaches
 * no registry. Pulls of the same image that meet are one pull.
 */
import type { Clock } from '@homeport/runtime'
import { type ContainerRuntime, type ImageFacts, RuntimeError } from './container-runtime.ts'

/** When an image is pulled; the words of ECS_IMAGE_PULL_BEHAVIOR. */
export type PullBehavior =
  /** Pulled for every task; when that fails, the copy on the host serves. */
  | 'default'
  /** Pulled for every task; a failed pull fails the task. */
  | 'always'
  /** Pulled unless this agent pulled it before. */
  | 'once'
  /** Pulled only when the host has no copy. */
  | 'prefer-cached'

/** How images are pulled. */
export interface PullOptions {
  readonly behavior: PullBehavior
  /** A pull that takes longer fails; milliseconds. ECS's default: 2 hours. */
  readonly timeoutMs: number
  /** A pull without a sign of life for longer fails; milliseconds. ECS's default: 1 minute. */
  readonly inactivityTimeoutMs: number
}

/** What came of looking for an image. */
export type PullResult =
  | { readonly kind: 'present'; readonly imageDigest: string }
  /** `reason` in ECS's words. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'cancelled' }

/** What the store needs. */
export interface ImageStorePorts {
  readonly runtime: ContainerRuntime
  readonly clock: Clock
  /** Told how long each pull took that succeeded. */
  readonly onPulled: (durationMs: number) => void
}

/** The host's images. */
export interface ImageStore {
  /**
   * Resolves when `reference` is there or cannot be had.
   * @throws {RuntimeError} `unavailable`, when the runtime cannot be reached.
   */
  ensure(reference: string, signal: AbortSignal): Promise<PullResult>
}

/** An image store over the runtime. */
export function createImageStore(options: PullOptions, ports: ImageStorePorts): ImageStore {
  const pulled = new Set<string>()
  const underWay = new Map<string, SharedPull>()

  async function pull(reference: string, signal: AbortSignal): Promise<void> {
    const shared = underWay.get(reference) ?? startPull(reference)
    await shared.join(signal)
    pulled.add(reference)
  }

  function startPull(reference: string): SharedPull {
    const shared = new SharedPull(reference, options, ports)
    underWay.set(reference, shared)
    void shared.ended.then(() => underWay.delete(reference))
    return shared
  }

  return {
    async ensure(reference, signal) {
      const present = await findUnlessRefused(ports.runtime, reference)
      if (present !== undefined && !isPullWanted(options.behavior, present, pulled.has(reference))) {
        return { kind: 'present', imageDigest: present.digest }
      }
      try {
        await pull(reference, signal)
      } catch (error) {
        if (signal.aborted) return { kind: 'cancelled' }
        if (error instanceof RuntimeError && error.code === 'unavailable') throw error
        if (present !== undefined && options.behavior === 'default') {
          return { kind: 'present', imageDigest: present.digest }
        }
        const text = error instanceof Error ? error.message : String(error)
        return { kind: 'failed', reason: `CannotPullContainerError: ${text}` }
      }
      const image = await ports.runtime.findImage(reference)
      if (image === undefined) throw new RuntimeError('unavailable', `the pull of ${reference} left no image`)
      return { kind: 'present', imageDigest: image.digest }
    },
  }
}

/** `undefined` also for a name that the runtime refuses to look up: the pull then fails, and says why. */
async function findUnlessRefused(
  runtime: ContainerRuntime,
  reference: string,
): Promise<ImageFacts | undefined> {
  try {
    return await runtime.findImage(reference)
  } catch (error) {
    if (error instanceof RuntimeError && error.code === 'refused') return undefined
    throw error
  }
}

function isPullWanted(behavior: PullBehavior, present: ImageFacts, wasPulledHere: boolean): boolean {
  switch (behavior) {
    case 'default':
      return present.digest !== ''
    case 'always':
      return true
    case 'once':
      return !wasPulledHere
    case 'prefer-cached':
      return false
  }
}

/** One pull that several tasks wait for; it is given up when nobody does any more. */
class SharedPull {
  /** Resolves when the pull has ended, however. */
  readonly ended: Promise<void>
  readonly #result: Promise<void>
  readonly #abort = new AbortController()
  #waiterCount = 0

  constructor(reference: string, options: PullOptions, ports: ImageStorePorts) {
    this.#result = pullWithLimits(reference, this.#abort, { options, ports })
    this.ended = this.#result.catch(() => {
      // Each waiter gets the error from `join`.
    })
  }

  async join(signal: AbortSignal): Promise<void> {
    this.#waiterCount += 1
    const left = Promise.withResolvers<never>()
    const onAbort = (): void => left.reject(new RuntimeError('aborted', 'the pull is not wanted any more'))
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await Promise.race([this.#result, left.promise])
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#waiterCount -= 1
      if (this.#waiterCount === 0) this.#abort.abort()
    }
  }
}

async function pullWithLimits(
  reference: string,
  abort: AbortController,
  { options, ports }: { options: PullOptions; ports: ImageStorePorts },
): Promise<void> {
  const { clock } = ports
  let timedOut: string | undefined
  const giveUp = (why: string) => (): void => {
    timedOut = why
    abort.abort()
  }
  const limit = clock.after(
    options.timeoutMs,
    giveUp(`timed out after ${options.timeoutMs / 1000} s while pulling image ${reference}`),
  )
  const inactivity = (): { cancel(): void } =>
    clock.after(
      options.inactivityTimeoutMs,
      giveUp(`inactivity time exceeded timeout while pulling image ${reference}`),
    )
  let idle = inactivity()
  const startedAtMs = clock.monotonic()
  try {
    await ports.runtime.pullImage(reference, {
      signal: abort.signal,
      onProgress: () => {
        idle.cancel()
        idle = inactivity()
      },
    })
    ports.onPulled(clock.monotonic() - startedAtMs)
  } catch (error) {
    throw timedOut === undefined ? error : new RuntimeError('refused', timedOut, { cause: error })
  } finally {
    limit.cancel()
    idle.cancel()
  }
}
