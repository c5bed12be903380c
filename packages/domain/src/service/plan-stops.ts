import { replacedEvent, stoppedEvent, unhealthyEvent } from './event-texts.ts'
import { pickTasksToStop } from './pick-tasks.ts'
import { type ServiceEffect, type StopCause, type StopTask, TASKS_PER_STEP_MAX } from './plan.ts'
import type { DesiredService, ServiceTask } from './service-state.ts'
import { isFree, isServing, type SortedTasks } from './sort-tasks.ts'

/** Of tasks whose health checks fail. */
export const UNHEALTHY_REASON = 'Task failed container health checks'

const REPLACED_REASON = 'Task was replaced after its container instance lost contact'

/** What ECS says of most tasks that its service scheduler stops. */
export const scalingReason = (desired: DesiredService): string =>
  `Scaling activity initiated by (deployment ecs-svc/${desired.primaryDeploymentId})`

/** Stops for one reason. */
export const stopAll = (tasks: readonly ServiceTask[], cause: StopCause, stoppedReason: string): StopTask[] =>
  tasks.map(({ taskId }) => ({ kind: 'stop', taskId, cause, stoppedReason }))

/** What is to stop. */
export interface StopContext {
  readonly tasks: SortedTasks
  /** Healthy tasks that may be stopped; 0 or less: none. */
  readonly room: number
  /** Whether the service may move to the primary deployment. */
  readonly isOpen: boolean
  readonly nowMs: number
}

/** The stops of one step of a replica service. */
export function planStops(desired: DesiredService, { tasks, room, isOpen, nowMs }: StopContext): StopTask[] {
  const beyond = surplusOf(desired, tasks, nowMs)
  // Those that serve stay while the minimum needs them, which it may when protected ones do not serve yet.
  const surplusServing = beyond.filter(isServing).slice(0, Math.max(0, room))
  const surplus = [...beyond.filter((task) => !isServing(task)), ...surplusServing]
  const drained = isOpen ? pickTasksToStop(tasks.outdatedFree, Math.max(0, room - surplusServing.length)) : []
  const scaling = scalingReason(desired)
  return [
    ...stopAll(tasks.strays, 'stray', scaling),
    ...stopAll(tasks.unhealthy, 'unhealthy', UNHEALTHY_REASON),
    ...stopAll(replacedOf(desired, tasks, nowMs), 'replaced', REPLACED_REASON),
    ...stopOutdated(desired, tasks.outdatedStarting),
    ...stopAll(surplus, 'scale-in', scaling),
    ...stopOutdated(desired, drained),
  ].slice(0, TASKS_PER_STEP_MAX)
}

/** Stops what an older deployment or a DRAINING instance has. */
const stopOutdated = (desired: DesiredService, tasks: readonly ServiceTask[]): StopTask[] =>
  tasks.flatMap((task) =>
    stopAll(
      [task],
      task.deploymentId === desired.primaryDeploymentId ? 'draining' : 'superseded',
      scalingReason(desired),
    ),
  )

/** Beyond the desired count: first those that nobody can reach, so that those that serve stay. */
function surplusOf(desired: DesiredService, { current }: SortedTasks, nowMs: number): ServiceTask[] {
  const excess = Math.max(0, current.length - desired.desiredCount)
  const free = current.filter((task) => isFree(task, nowMs))
  const held = free.filter(({ host }) => host === 'held').slice(0, excess)
  const reachable = free.filter(({ host }) => host !== 'held')
  return [...held, ...pickTasksToStop(reachable, excess - held.length)]
}

/**
 * Lost tasks that are not needed any more, because others serve in their place. Until then they stay wanted: a host
 * that returns before keeps them, and what was started instead is the surplus.
 */
function replacedOf(
  desired: DesiredService,
  { lost, currentHealthy }: SortedTasks,
  nowMs: number,
): ServiceTask[] {
  const count = Math.max(0, currentHealthy.length + lost.length - desired.desiredCount)
  return lost.filter((task) => isFree(task, nowMs)).slice(0, count)
}

/** What is said of the stops. */
export function stopEvents(desired: DesiredService, stops: readonly StopTask[]): ServiceEffect[] {
  const messages: string[] = []
  for (const { cause, taskId } of stops)
    if (cause === 'unhealthy') messages.push(unhealthyEvent(desired.name, taskId))
  const replaced = stops.filter(({ cause }) => cause === 'replaced').map(({ taskId }) => taskId)
  if (replaced.length > 0) messages.push(replacedEvent(desired.name, replaced))
  const stopped = stops.filter(({ cause }) => cause !== 'replaced').map(({ taskId }) => taskId)
  if (stopped.length > 0) messages.push(stoppedEvent(desired.name, stopped))
  return messages.map((message) => ({ kind: 'event', message }))
}
