/**
 * Decides what to do next for one task. Pure.
 *
 * Model: each container has at most one effect under way. A plan names the effects to begin now for containers
 * that have none, the effects under way that are no longer wanted, and when to look again if nothing happens. An
 * empty plan means that the task is where it should be, or that what is under way has to end first.
 */
import type { ContainerBlueprint } from './blueprint.ts'
import { hasStarted, runtimeIdOf } from './container-state.ts'
import { containerState, type HeldTask, hasLeftovers, isEnding, isReady } from './task-state.ts'

/** Makes sure that the image is on the host. */
export interface PullEffect {
  readonly kind: 'pull'
  readonly container: string
}

/** Creates the container unless it exists, starts it, and reads back what became of it. */
export interface StartEffect {
  readonly kind: 'start'
  readonly container: string
}

/** Stops it: signal, patience, SIGKILL. */
export interface StopEffect {
  readonly kind: 'stop'
  readonly container: string
  readonly runtimeId: string
  readonly timeoutSeconds: number
}

/** Removes what the runtime holds of it. */
export interface RemoveEffect {
  readonly kind: 'remove'
  readonly container: string
  readonly runtimeId: string
}

/** Something to be done to one container. */
export type Effect = PullEffect | StartEffect | StopEffect | RemoveEffect

/** What to do now. */
export interface TaskPlan {
  /** To be begun now; any order, at most one for each container. */
  readonly effects: readonly Effect[]
  /** Containers whose pull or queued start is no longer wanted. */
  readonly cancel: readonly string[]
  /** Look again at this time even if nothing happens; clock ms since epoch. Absent: no need. */
  readonly againAtMs?: number
  /** Whether nothing of the task is left on this host. */
  readonly isFinished: boolean
}

/** What a plan depends on beside the task. */
export interface PlanContext {
  /** What is under way, by container; `waiting`: the container rests until its last failure is retried. */
  readonly inFlight: ReadonlyMap<string, Effect['kind'] | 'waiting'>
  readonly nowMs: number
  /** How long the containers of a stopped task are kept for looking at; 0: not at all. */
  readonly cleanupWaitMs: number
}

/** The next effects of a settled task. Same inputs, same plan. */
export function planTask(task: HeldTask, context: PlanContext): TaskPlan {
  if (task.state.stoppedAtMs > 0) return planCleanup(task, context)
  if (isEnding(task)) return planEnding(task, context)
  const free = task.blueprint.containers.filter(({ name }) => !context.inFlight.has(name))
  const effects = free.flatMap((container): Effect[] => {
    const { name } = container
    const state = containerState(task.state, name)
    switch (state.phase) {
      case 'waiting':
        return [{ kind: 'pull', container: name }]
      case 'pulled':
      case 'created':
        return isTurnOf(task, container) ? [{ kind: 'start', container: name }] : []
      case 'running':
        return []
      case 'stopped':
        return planLeftovers(task, name)
    }
  })
  return { effects, cancel: [], isFinished: false }
}

/** Containers start in the order of the definition, but for those that wait for another one to end or be healthy. */
function isTurnOf(task: HeldTask, container: ContainerBlueprint): boolean {
  if (!isReady(task, container)) return false
  const index = task.blueprint.containers.indexOf(container)
  return task.blueprint.containers.slice(0, index).every((earlier) => {
    const state = containerState(task.state, earlier.name)
    return hasStarted(state) || state.phase === 'stopped' || earlier.dependsOn.length > 0
  })
}

/** What a failed start left is removed at once: it never ran, so there is nothing to look at. */
function planLeftovers(task: HeldTask, name: string): Effect[] {
  const state = containerState(task.state, name)
  if (state.phase !== 'stopped' || state.hasStarted || state.isRemoved) return []
  return [{ kind: 'remove', container: name, runtimeId: state.runtimeId }]
}

function planEnding(task: HeldTask, { inFlight }: PlanContext): TaskPlan {
  const effects: Effect[] = []
  const cancel: string[] = []
  for (const { name, stopTimeoutSeconds } of task.blueprint.containers) {
    const state = containerState(task.state, name)
    const kind = inFlight.get(name)
    if (kind !== undefined) {
      if (kind !== 'stop' && kind !== 'remove') cancel.push(name)
      continue
    }
    if (state.phase === 'created') {
      effects.push({ kind: 'remove', container: name, runtimeId: state.runtimeId })
    } else if (state.phase === 'running') {
      if (!isNeeded(task, name)) {
        const { runtimeId } = state
        effects.push({ kind: 'stop', container: name, runtimeId, timeoutSeconds: stopTimeoutSeconds })
      }
    } else {
      effects.push(...planLeftovers(task, name))
    }
  }
  return { effects, cancel, isFinished: false }
}

/** A container outlives those that depend on it: stopping goes the other way round than starting. */
const isNeeded = (task: HeldTask, name: string): boolean =>
  task.blueprint.containers.some(
    (other) =>
      other.dependsOn.some(({ container }) => container === name) &&
      containerState(task.state, other.name).phase === 'running',
  )

function planCleanup(task: HeldTask, { inFlight, nowMs, cleanupWaitMs }: PlanContext): TaskPlan {
  const names = task.blueprint.containers.map(({ name }) => name).filter((name) => !inFlight.has(name))
  if (!hasLeftovers(task.state)) return { effects: [], cancel: [], isFinished: inFlight.size === 0 }
  const dueAtMs = task.state.stoppedAtMs + cleanupWaitMs
  if (nowMs < dueAtMs) {
    const effects = names.flatMap((name) => planLeftovers(task, name))
    return { effects, cancel: [], againAtMs: dueAtMs, isFinished: false }
  }
  const effects = names.flatMap((name): Effect[] => {
    const state = containerState(task.state, name)
    const runtimeId = runtimeIdOf(state)
    return state.phase !== 'stopped' || state.isRemoved
      ? []
      : [{ kind: 'remove', container: name, runtimeId }]
  })
  return { effects, cancel: [], isFinished: false }
}
