/**
 * Brings a container to life, whatever an earlier attempt left behind.
 *
 * The name is the same for every attempt, so "create" either makes the container or meets the one that an attempt
 * made before the agent died; its labels prove whose it is. A container that has ended is never started again.
 */
import type { Clock } from '@homeport/runtime'
import {
  type ContainerFacts,
  type ContainerRuntime,
  type ContainerSpec,
  RuntimeError,
} from './container-runtime.ts'
import { INSTALLATION_LABEL, TASK_LABEL } from './labels.ts'

/** How long the runtime may take; milliseconds, more than 0. */
export interface StartOptions {
  /** ECS_CONTAINER_CREATE_TIMEOUT; ECS's default: 4 minutes. */
  readonly createTimeoutMs: number
  /** ECS_CONTAINER_START_TIMEOUT; ECS's default: 3 minutes. */
  readonly startTimeoutMs: number
}

/** What came of starting a container. */
export type StartResult =
  /** It was started; by now it may have ended. */
  | { readonly kind: 'started'; readonly facts: ContainerFacts }
  /** `reason` in ECS's words; `runtimeId`: what is left of it, empty: nothing. */
  | { readonly kind: 'failed'; readonly reason: string; readonly runtimeId: string }

/**
 * Creates (or finds) and starts the container of `spec`. Idempotent.
 * @throws {RuntimeError} `unavailable`: the outcome is unknown, and another attempt will find out.
 */
export async function startContainer(
  spec: ContainerSpec,
  options: StartOptions,
  { runtime, clock }: { readonly runtime: ContainerRuntime; readonly clock: Clock },
): Promise<StartResult> {
  const created = await step({ clock, timeoutMs: options.createTimeoutMs, name: 'created' }, (signal) =>
    createOrFind(spec, runtime, signal),
  )
  if ('failure' in created) return { kind: 'failed', ...failureOf('CannotCreateContainerError', created, '') }
  const { runtimeId, facts } = created.value
  if (facts !== undefined && facts.status !== 'created') return { kind: 'started', facts }
  const started = await step({ clock, timeoutMs: options.startTimeoutMs, name: 'started' }, (signal) =>
    runtime.startContainer(runtimeId, signal),
  )
  if ('failure' in started) {
    return { kind: 'failed', ...failureOf('CannotStartContainerError', started, runtimeId) }
  }
  const after = await runtime.inspectContainer(runtimeId)
  if (after !== undefined) return { kind: 'started', facts: after }
  return {
    kind: 'failed',
    reason: `CannotInspectContainerError: No such container: ${runtimeId}`,
    runtimeId: '',
  }
}

interface Found {
  readonly runtimeId: string
  /** Absent: it was created just now. */
  readonly facts?: ContainerFacts
}

async function createOrFind(
  spec: ContainerSpec,
  runtime: ContainerRuntime,
  signal: AbortSignal,
): Promise<Found> {
  try {
    return { runtimeId: await runtime.createContainer(spec, signal) }
  } catch (error) {
    if (!(error instanceof RuntimeError) || error.code !== 'name-taken') throw error
    const facts = await runtime.inspectContainer(spec.name)
    // Removed in this very moment: the next attempt creates it.
    if (facts === undefined) throw new RuntimeError('unavailable', error.message, { cause: error })
    const isOurs = [INSTALLATION_LABEL, TASK_LABEL].every(
      (label) => facts.labels[label] === spec.labels[label],
    )
    if (!isOurs) throw error
    return { runtimeId: facts.runtimeId, facts }
  }
}

type Step<T> = { readonly value: T } | { readonly failure: RuntimeError; readonly timeoutText?: string }

/** One call to the runtime under a time limit, its refusal as a value. */
async function step<T>(
  limit: { readonly clock: Clock; readonly timeoutMs: number; readonly name: string },
  call: (signal: AbortSignal) => Promise<T>,
): Promise<Step<T>> {
  const abort = new AbortController()
  const timer = limit.clock.after(limit.timeoutMs, () => abort.abort())
  try {
    return { value: await call(abort.signal) }
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error
    if (abort.signal.aborted) {
      const timeoutText = `Could not transition to ${limit.name}; timed out after waiting ${limit.timeoutMs / 1000}s`
      return { failure: error, timeoutText }
    }
    if (error.code === 'unavailable') throw error
    return { failure: error }
  } finally {
    timer.cancel()
  }
}

function failureOf(
  name: string,
  { failure, timeoutText }: { readonly failure: RuntimeError; readonly timeoutText?: string },
  runtimeId: string,
): { reason: string; runtimeId: string } {
  const reason =
    timeoutText === undefined ? `${name}: ${failure.message}` : `DockerTimeoutError: ${timeoutText}`
  return { reason, runtimeId }
}
