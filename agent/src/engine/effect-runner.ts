/** Carries out effects against the runtime, a bounded number at a time, and says what came of them. */
import { required } from '@homeport/base'
import type { Clock } from '@homeport/runtime'
import type { ContainerBlueprint } from './blueprint.ts'
import type { ContainerRuntime } from './container-runtime.ts'
import { createImageStore, type ImageStore, type PullOptions } from './image-store.ts'
import { createLimiter } from './limiter.ts'
import type { Outcome } from './outcome.ts'
import type { Effect, StopEffect } from './plan-task.ts'
import type { EngineMetrics, TaskJournal } from './ports.ts'
import { type StartOptions, startContainer } from './start-container.ts'

/** More starts at a time gain at most a tenth of throughput and multiply the latency of each; measured on two cores. */
export const STARTS_IN_FLIGHT_MAX = 4
/** Stops mostly wait, but each holds a connection. */
export const STOPS_IN_FLIGHT_MAX = 64
/** Removal costs as much of the engine as a start and is never urgent. */
export const REMOVALS_IN_FLIGHT_MAX = 1

/** What the runner needs. */
export interface EffectRunnerPorts {
  readonly runtime: ContainerRuntime
  readonly clock: Clock
  readonly journal: TaskJournal
  readonly metrics: EngineMetrics
}

/** Carries out effects. */
export interface EffectRunner {
  /**
   * Resolves when the effect has ended. `signal` takes back a pull, and a start that still waits for its turn.
   * @throws {RuntimeError} `unavailable`: the outcome is unknown and the effect is to be planned again.
   */
  run(effect: Effect, container: ContainerBlueprint, signal: AbortSignal): Promise<Outcome>
}

/** A runner with its own limits. */
export function createEffectRunner(
  options: { readonly pull: PullOptions; readonly start: StartOptions },
  ports: EffectRunnerPorts,
): EffectRunner {
  return new Runner(options, ports)
}

class Runner implements EffectRunner {
  readonly #options: { readonly start: StartOptions }
  readonly #ports: EffectRunnerPorts
  readonly #images: ImageStore
  readonly #starts = createLimiter(STARTS_IN_FLIGHT_MAX)
  readonly #stops = createLimiter(STOPS_IN_FLIGHT_MAX)
  readonly #removals = createLimiter(REMOVALS_IN_FLIGHT_MAX)

  constructor(
    options: { readonly pull: PullOptions; readonly start: StartOptions },
    ports: EffectRunnerPorts,
  ) {
    this.#options = options
    this.#ports = ports
    const onPulled = (durationMs: number): void => ports.metrics.pulled(durationMs)
    this.#images = createImageStore(options.pull, { ...ports, onPulled })
  }

  run(effect: Effect, container: ContainerBlueprint, signal: AbortSignal): Promise<Outcome> {
    switch (effect.kind) {
      case 'pull':
        return this.#pull(container, signal)
      case 'start':
        return this.#start(container, signal)
      case 'stop':
        return this.#stop(effect)
      case 'remove':
        return this.#remove(effect.runtimeId)
    }
  }

  async #pull(container: ContainerBlueprint, signal: AbortSignal): Promise<Outcome> {
    const result = await this.#images.ensure(container.image, signal)
    switch (result.kind) {
      case 'present':
        return { kind: 'pulled', imageDigest: result.imageDigest }
      case 'failed':
        return { kind: 'failed', reason: result.reason, runtimeId: '' }
      case 'cancelled':
        return result
    }
  }

  async #start({ spec }: ContainerBlueprint, signal: AbortSignal): Promise<Outcome> {
    const { clock, metrics } = this.#ports
    // A refused container is settled before anything is planned for it.
    const accepted = required('refusal' in spec ? undefined : spec, 'container spec')
    const leave = await this.#starts.enter(signal)
    if (leave === undefined) return { kind: 'cancelled' }
    const startedAtMs = clock.monotonic()
    try {
      const result = await startContainer(accepted, this.#options.start, this.#ports)
      metrics.started(result.kind, clock.monotonic() - startedAtMs)
      return result.kind === 'started' ? { kind: 'observed', facts: result.facts } : result
    } finally {
      leave()
    }
  }

  async #stop({ runtimeId, timeoutSeconds }: StopEffect): Promise<Outcome> {
    const { runtime } = this.#ports
    const leave = await this.#stops.enter()
    try {
      await runtime.stopContainer(runtimeId, timeoutSeconds)
    } finally {
      leave?.()
    }
    const facts = await runtime.inspectContainer(runtimeId)
    return facts === undefined ? { kind: 'gone' } : { kind: 'observed', facts }
  }

  async #remove(runtimeId: string): Promise<Outcome> {
    // The container is the only other place that knows its exit code.
    await this.#ports.journal.flushed()
    const leave = await this.#removals.enter()
    try {
      await this.#ports.runtime.removeContainer(runtimeId)
    } finally {
      leave?.()
    }
    return { kind: 'removed' }
  }
}
