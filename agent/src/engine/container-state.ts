import type { HealthState, PortBinding } from './container-runtime.ts'

/** Its image has not been looked for. */
interface WaitingContainer {
  readonly phase: 'waiting'
}

/** The image is on the host. */
interface PulledContainer {
  readonly phase: 'pulled'
  /** `sha256:…`, or empty when the image came from no registry. */
  readonly imageDigest: string
}

/** Made but not started; seen only when the agent or the runtime died in between. */
interface CreatedContainer {
  readonly phase: 'created'
  readonly imageDigest: string
  readonly runtimeId: string
}

/** Started, and not known to have ended. */
export interface RunningContainer {
  readonly phase: 'running'
  readonly imageDigest: string
  readonly runtimeId: string
  /** Clock ms since epoch. */
  readonly startedAtMs: number
  readonly bindings: readonly PortBinding[]
  readonly health: HealthState
}

/** Ended, or never to be started. Final. */
export interface StoppedContainer {
  readonly phase: 'stopped'
  readonly imageDigest: string
  /** Empty: never created. */
  readonly runtimeId: string
  readonly hasStarted: boolean
  /** Absent: it never ran, or its end was not seen. */
  readonly exitCode?: number
  /** In ECS's words; empty: an ordinary end. */
  readonly reason: string
  /** Whether it stopped because it could not be started. */
  readonly hasFailedToStart: boolean
  /** Clock ms since epoch. */
  readonly finishedAtMs: number
  readonly bindings: readonly PortBinding[]
  readonly health: HealthState
  /** Whether the runtime holds nothing of it any more. */
  readonly isRemoved: boolean
}

/** A container of a task on this host, in the order of its life; it never goes back. */
export type ContainerState =
  | WaitingContainer
  | PulledContainer
  | CreatedContainer
  | RunningContainer
  | StoppedContainer

/** Whether it runs or has run. */
export const hasStarted = (state: ContainerState): boolean =>
  state.phase === 'running' || (state.phase === 'stopped' && state.hasStarted)

/** The digest of its image, empty while unknown. */
export const imageDigestOf = (state: ContainerState): string =>
  state.phase === 'waiting' ? '' : state.imageDigest

/** The runtime's id of it, empty while there is none. */
export const runtimeIdOf = (state: ContainerState): string =>
  state.phase === 'waiting' || state.phase === 'pulled' ? '' : state.runtimeId
