/**
 * The life of one task on this host: a pure state machine.
 *
 * Intuition: containers are what happens, the task is what follows from them. So only container states are moved
 * by what the runtime says; everything about the task (does it run, why does it end, when did it stop) is drawn
 * from them by `settle`, again and again, and comes out the same however facts arrive.
 * Model: `observe`, `becomePulled`, `becomeFailed`, `becomeGone` and `becomeRemoved` fold one fact into one
 * container, never backwards and harmless when repeated; `settle` then takes every step that needs nobody's help.
 * Rejected: events that move the task directly, which must be ordered and delivered exactly once; after a crash
 * of agent or engine there are only pictures, taken late.
 */
import { invariant } from '@homeport/base'
import type { TaskAssignment } from './assignment.ts'
import type { ContainerBlueprint, TaskBlueprint } from './blueprint.ts'
import type { ContainerFacts } from './container-runtime.ts'
import { type ContainerState, hasStarted, imageDigestOf, runtimeIdOf } from './container-state.ts'

/** Why a task ends by itself, in ECS's words. */
export interface TaskEnd {
  readonly stopCode: 'EssentialContainerExited' | 'TaskFailedToStart'
  readonly stoppedReason: string
}

/** What is known and decided of a task; what the checkpoint keeps. Times are clock ms since epoch, zero: not yet. */
export interface TaskState {
  /** By the container's name in the task definition; one for each. */
  readonly containers: Readonly<Record<string, ContainerState>>
  readonly pullStartedAtMs: number
  readonly pullStoppedAtMs: number
  /** When every container had been started. */
  readonly startedAtMs: number
  /** When every essential container had ended. */
  readonly executionStoppedAtMs: number
  readonly stoppedAtMs: number
  /** Absent: it has no reason of its own to end. */
  readonly end?: TaskEnd
}

/** A task that this host holds. */
export interface HeldTask {
  readonly assignment: TaskAssignment
  readonly blueprint: TaskBlueprint
  readonly state: TaskState
}

/** A task of which nothing has been done. */
export const initialState = (blueprint: TaskBlueprint): TaskState => ({
  containers: Object.fromEntries(blueprint.containers.map(({ name }) => [name, { phase: 'waiting' }])),
  pullStartedAtMs: 0,
  pullStoppedAtMs: 0,
  startedAtMs: 0,
  executionStoppedAtMs: 0,
  stoppedAtMs: 0,
})

/** Whether the task is to end: told to, or by itself. */
export const isEnding = (task: HeldTask): boolean =>
  task.assignment.desiredStatus === 'STOPPED' || task.state.end !== undefined

/** The state of a container of the task. */
export function containerState(state: TaskState, name: string): ContainerState {
  const container = state.containers[name]
  invariant(container !== undefined, `Cannot find container: not of this task, received ${name}`)
  return container
}

const withContainer = (state: TaskState, name: string, container: ContainerState): TaskState => ({
  ...state,
  containers: { ...state.containers, [name]: container },
})

/** The image is there. Changes nothing for a container that is further. */
export function becomePulled(state: TaskState, name: string, imageDigest: string): TaskState {
  if (containerState(state, name).phase !== 'waiting') return state
  return withContainer(state, name, { phase: 'pulled', imageDigest })
}

/** How a container that could not be started ended. */
export interface StartFailure {
  /** In ECS's words. */
  readonly reason: string
  /** What of it the runtime still holds; empty: nothing. */
  readonly runtimeId: string
  readonly atMs: number
}

/** It could not be started. Changes nothing for a container that has been. */
export function becomeFailed(state: TaskState, name: string, failure: StartFailure): TaskState {
  const container = containerState(state, name)
  if (container.phase === 'running' || container.phase === 'stopped') return state
  return withContainer(state, name, {
    phase: 'stopped',
    imageDigest: imageDigestOf(container),
    runtimeId: failure.runtimeId,
    hasStarted: false,
    reason: failure.reason,
    hasFailedToStart: true,
    finishedAtMs: failure.atMs,
    bindings: [],
    health: 'UNKNOWN',
    isRemoved: failure.runtimeId === '',
  })
}

/** Folds a picture of the container, taken at any time, into the state. */
export function observe(state: TaskState, name: string, facts: ContainerFacts): TaskState {
  const container = containerState(state, name)
  if (container.phase === 'stopped') return state
  const imageDigest = imageDigestOf(container)
  const { runtimeId } = facts
  switch (facts.status) {
    case 'created':
      if (container.phase === 'running' || container.phase === 'created') return state
      return withContainer(state, name, { phase: 'created', imageDigest, runtimeId })
    case 'running': {
      // The host port of a running container is gone from the runtime's answer while it is being stopped.
      const bindings =
        facts.bindings.length === 0 && container.phase === 'running' ? container.bindings : facts.bindings
      const { startedAtMs, health } = facts
      return withContainer(state, name, {
        phase: 'running',
        imageDigest,
        runtimeId,
        startedAtMs,
        bindings,
        health,
      })
    }
    case 'exited':
      return withContainer(state, name, {
        phase: 'stopped',
        imageDigest,
        runtimeId,
        hasStarted: true,
        exitCode: facts.exitCode,
        reason: exitReason(facts),
        hasFailedToStart: false,
        finishedAtMs: facts.finishedAtMs,
        bindings: container.phase === 'running' ? container.bindings : [],
        health: facts.health,
        isRemoved: false,
      })
  }
}

function exitReason(facts: ContainerFacts): string {
  if (facts.isOutOfMemory) return 'OutOfMemoryError: Container killed due to memory usage'
  return facts.error === '' ? '' : `DockerStateError: ${facts.error}`
}

/** The runtime does not know the container any more: somebody else removed it, and its exit code with it. */
export function becomeGone(state: TaskState, name: string, atMs: number): TaskState {
  const container = containerState(state, name)
  if (container.phase === 'waiting' || container.phase === 'pulled') return state
  if (container.phase === 'stopped') return becomeRemoved(state, name)
  // Never started: what is missing can be made again.
  if (container.phase === 'created') {
    return withContainer(state, name, { phase: 'pulled', imageDigest: container.imageDigest })
  }
  return withContainer(state, name, {
    phase: 'stopped',
    imageDigest: container.imageDigest,
    runtimeId: container.runtimeId,
    hasStarted: true,
    reason: `CannotInspectContainerError: No such container: ${container.runtimeId}`,
    hasFailedToStart: false,
    finishedAtMs: atMs,
    bindings: container.bindings,
    health: container.health,
    isRemoved: true,
  })
}

/** The runtime holds nothing of the container any more. */
export function becomeRemoved(state: TaskState, name: string): TaskState {
  const container = containerState(state, name)
  if (container.phase === 'created') return becomeGone(state, name, 0)
  if (container.phase !== 'stopped' || container.isRemoved) return state
  return withContainer(state, name, { ...container, isRemoved: true })
}

/** The steps that need nobody's help: what follows for the task from its containers, and for them from the task. */
export function settle(task: HeldTask, busy: ReadonlySet<string>, nowMs: number): TaskState {
  let state = task.state
  for (;;) {
    const next = settleOnce({ ...task, state }, busy, nowMs)
    if (next === state) return settleTimes({ ...task, state }, nowMs)
    state = next
  }
}

function settleOnce(task: HeldTask, busy: ReadonlySet<string>, nowMs: number): TaskState {
  const { state, blueprint } = task
  const fail = (container: ContainerBlueprint, reason: string): TaskState =>
    becomeFailed(state, container.name, { reason, runtimeId: '', atMs: nowMs })
  for (const container of blueprint.containers) {
    const { phase } = containerState(state, container.name)
    if ((phase !== 'waiting' && phase !== 'pulled') || busy.has(container.name)) continue
    if (isEnding(task))
      return withContainer(state, container.name, neverStarted(state, container.name, nowMs))
    if ('refusal' in container.spec) return fail(container, container.spec.refusal)
    const impossible = impossibleDependency(task, container)
    if (impossible !== undefined) {
      return fail(
        container,
        `CannotStartContainerError: dependency ${impossible.condition} of container ${impossible.container} cannot be met`,
      )
    }
  }
  const end = isEnding(task) ? undefined : endOf(task)
  return end === undefined ? state : { ...state, end }
}

const neverStarted = (state: TaskState, name: string, nowMs: number): ContainerState => ({
  phase: 'stopped',
  imageDigest: imageDigestOf(containerState(state, name)),
  runtimeId: '',
  hasStarted: false,
  reason: '',
  hasFailedToStart: false,
  finishedAtMs: nowMs,
  bindings: [],
  health: 'UNKNOWN',
  isRemoved: true,
})

/** The first dependency that can no longer come true. */
function impossibleDependency(
  task: HeldTask,
  container: ContainerBlueprint,
): ContainerBlueprint['dependsOn'][number] | undefined {
  return container.dependsOn.find(({ container: name, condition }) => {
    const other = task.state.containers[name]
    if (other === undefined) return true
    if (other.phase !== 'stopped') return false
    if (!other.hasStarted) return true
    if (condition === 'SUCCESS') return other.exitCode !== 0
    return condition === 'HEALTHY'
  })
}

/** Whether the container's dependencies allow it to start now. */
export function isReady(task: HeldTask, container: ContainerBlueprint): boolean {
  return container.dependsOn.every(({ container: name, condition }) => {
    const other = containerState(task.state, name)
    switch (condition) {
      case 'START':
        return hasStarted(other)
      case 'HEALTHY':
        return other.phase === 'running' && other.health === 'HEALTHY'
      case 'COMPLETE':
        return other.phase === 'stopped'
      case 'SUCCESS':
        return other.phase === 'stopped' && other.exitCode === 0
    }
  })
}

function endOf({ blueprint, state }: HeldTask): TaskEnd | undefined {
  if (blueprint.containers.length === 0) {
    return { stopCode: 'TaskFailedToStart', stoppedReason: 'Task failed to start' }
  }
  const ended = blueprint.containers.find(
    ({ name, isEssential }) => isEssential && containerState(state, name).phase === 'stopped',
  )
  if (ended === undefined) return undefined
  return hasStarted(containerState(state, ended.name))
    ? { stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited' }
    : { stopCode: 'TaskFailedToStart', stoppedReason: 'Task failed to start' }
}

function settleTimes(task: HeldTask, nowMs: number): TaskState {
  const { state, blueprint } = task
  const isStopped = (name: string): boolean => containerState(state, name).phase === 'stopped'
  const essential = blueprint.containers.filter(({ isEssential }) => isEssential)
  const hasAllStarted = blueprint.containers.every(({ name, isEssential }) => {
    const container = containerState(state, name)
    const isMissed = container.phase === 'stopped' && container.hasFailedToStart && !isEssential
    return hasStarted(container) || isMissed
  })
  const isPulled = blueprint.containers.every(({ name }) => containerState(state, name).phase !== 'waiting')
  const hasRun = blueprint.containers.some(({ name }) => hasStarted(containerState(state, name)))
  const first = (knownMs: number, isTrue: boolean): number => (knownMs === 0 && isTrue ? nowMs : knownMs)
  const next: TaskState = {
    ...state,
    pullStoppedAtMs: first(state.pullStoppedAtMs, state.pullStartedAtMs > 0 && isPulled),
    startedAtMs: first(state.startedAtMs, hasAllStarted && blueprint.containers.length > 0),
    executionStoppedAtMs: first(
      state.executionStoppedAtMs,
      hasRun && essential.every(({ name }) => isStopped(name)),
    ),
    stoppedAtMs: first(
      state.stoppedAtMs,
      isEnding(task) && blueprint.containers.every(({ name }) => isStopped(name)),
    ),
  }
  const isChanged =
    next.pullStoppedAtMs !== state.pullStoppedAtMs ||
    next.startedAtMs !== state.startedAtMs ||
    next.executionStoppedAtMs !== state.executionStoppedAtMs ||
    next.stoppedAtMs !== state.stoppedAtMs
  return isChanged ? next : state
}

/** Whether anything of it is left in the runtime. */
export const hasLeftovers = (state: TaskState): boolean =>
  Object.values(state.containers).some(
    (container) => container.phase === 'stopped' && !container.isRemoved && runtimeIdOf(container) !== '',
  )
