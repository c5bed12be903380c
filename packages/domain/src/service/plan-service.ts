/**
 * What to do next for one replica service.
 *
 * Intuition: look at everything, decide everything, remember nothing. Each call takes one safe step towards
 * "the primary deployment has the desired count running and nobody else has tasks"; the loop calls again when
 * something changed.
 * Model: with L = minimum percent of the desired count rounded up and U = maximum percent rounded down,
 *   - healthy RUNNING tasks of older deployments are stopped while L or more stay,
 *   - what does not run or is unhealthy holds up nobody and is stopped at once,
 *   - tasks are started while no more than U are PENDING or RUNNING, counted by what agents last said, so a
 *     task that was told to stop keeps its place until its agent has begun to stop it.
 * Both only look at this service, so capacity is the applier's business: it starts what it can place.
 * Rejected: a state machine per deployment, whose states are wrong as soon as a task dies in between.
 */
import { taskStatusOrder } from '../task/task-status.ts'
import { deploymentStuckEvent, steadyStateEvent, stoppedEvent } from './event-texts.ts'
import type { TaskRun } from './failures.ts'
import { pickTasksToStop } from './pick-tasks.ts'
import {
  type PlanOptions,
  type ServiceEffect,
  type ServicePlan,
  type StopCause,
  TASKS_PER_STEP_MAX,
} from './plan.ts'
import { endDeployments, planDeployments } from './plan-deployments.ts'
import type { DesiredService, ObservedService, ServiceTask } from './service-state.ts'

/** Plans one step. Pure but for `random`; an empty plan means that there is nothing to do until something changes. */
export function planService(
  desired: DesiredService,
  observed: ObservedService,
  options: PlanOptions,
): ServicePlan {
  if (desired.status === 'INACTIVE') return []
  if (desired.status === 'DRAINING') return planDeletion(desired, observed)
  const tasks = sortTasks(desired, observed.tasks, options.nowMs)
  const room = countRoom(desired, tasks)
  const stops = planStops(desired, tasks, room)
  const deployments = planDeployments(desired, observed.deployments, {
    ...options,
    isComplete: isComplete(desired, tasks),
    runs: tasks.primaryRuns,
  })
  const starts = planStarts(desired, {
    tasks,
    room,
    retryAfterMs: deployments.retryAfterMs,
    nowMs: options.nowMs,
  })
  const plan: ServiceEffect[] = [...deployments.effects, ...stops, ...stopEvents(desired, stops), ...starts]
  if (isStuck(tasks, room, plan)) plan.push(...onceEvent(observed, deploymentStuckEvent(desired.name)))
  if (isSteady(desired, observed, tasks)) plan.push(...steadyEvents(desired, observed, plan))
  return [...plan, ...protectionWait(tasks)]
}

/** The tasks by what may happen to them. */
interface SortedTasks {
  /** Of another incarnation: not this service's. */
  readonly strays: readonly ServiceTask[]
  /** Wanted, PENDING or healthy; of the primary deployment. */
  readonly primary: readonly ServiceTask[]
  /** When those of the primary deployment that have been RUNNING ran, wanted or not. */
  readonly primaryRuns: readonly TaskRun[]
  /** Those of `primary` that run. */
  readonly primaryHealthy: readonly ServiceTask[]
  /** Those of `primary` that may be stopped. */
  readonly primaryFree: readonly ServiceTask[]
  /** Wanted so far, healthy and RUNNING, but of an older deployment. */
  readonly olderHealthy: readonly ServiceTask[]
  /** Those of `olderHealthy` that may be stopped. */
  readonly olderFree: readonly ServiceTask[]
  /** Of an older deployment and not RUNNING yet. */
  readonly olderStarting: readonly ServiceTask[]
  /** Wanted so far, but failing health checks. */
  readonly unhealthy: readonly ServiceTask[]
  /** PENDING or RUNNING, wanted or not. */
  readonly countedTotal: number
  /** Of these, those of older deployments. */
  readonly countedOlder: number
  /** Of these, those that were told to stop. */
  readonly countedEnding: number
  /** When the first protection of a task that is in the way ends. */
  readonly protectedUntilMs: readonly number[]
}

const RUNNING = taskStatusOrder('RUNNING')

const isCounted = ({ lastStatus }: ServiceTask): boolean => taskStatusOrder(lastStatus) <= RUNNING

function sortTasks(desired: DesiredService, tasks: readonly ServiceTask[], nowMs: number): SortedTasks {
  const own = tasks.filter(({ incarnationId }) => incarnationId === desired.incarnationId)
  const isPrimary = ({ deploymentId }: ServiceTask): boolean => deploymentId === desired.primaryDeploymentId
  const isFree = ({ protectedUntilMs }: ServiceTask): boolean => protectedUntilMs <= nowMs
  const isRunning = ({ lastStatus }: ServiceTask): boolean => lastStatus === 'RUNNING'
  const live = own.filter((task) => !task.isToldToStop && isCounted(task))
  const sound = live.filter(({ isUnhealthy }) => !isUnhealthy)
  const primary = sound.filter(isPrimary)
  const older = sound.filter((task) => !isPrimary(task))
  const olderHealthy = older.filter(isRunning)
  const inTheWay = [...olderHealthy, ...(primary.length > desired.desiredCount ? primary : [])]
  const counted = own.filter(isCounted)
  return {
    strays: tasks.filter((task) => task.incarnationId !== desired.incarnationId && !task.isToldToStop),
    primary,
    primaryRuns: own.filter((task) => isPrimary(task) && task.startedAtMs > 0),
    primaryHealthy: primary.filter(isRunning),
    primaryFree: primary.filter(isFree),
    olderHealthy,
    olderFree: olderHealthy.filter(isFree),
    olderStarting: older.filter((task) => !isRunning(task)),
    unhealthy: live.filter(({ isUnhealthy }) => isUnhealthy),
    countedTotal: counted.length,
    countedOlder: counted.filter((task) => !isPrimary(task)).length,
    countedEnding: counted.filter(({ isToldToStop }) => isToldToStop).length,
    protectedUntilMs: inTheWay
      .filter((task) => !isFree(task))
      .map(({ protectedUntilMs }) => protectedUntilMs),
  }
}

/** How far the percentages let the service move. */
interface Room {
  /** Healthy tasks that may be stopped; 0 or less: none. */
  readonly toStop: number
  /** Tasks that may be started; 0 or less: none. */
  readonly toStart: number
}

function countRoom(desired: DesiredService, tasks: SortedTasks): Room {
  const lower = Math.ceil((desired.desiredCount * desired.minimumHealthyPercent) / 100)
  const upper = Math.floor((desired.desiredCount * desired.maximumPercent) / 100)
  const healthy = tasks.primaryHealthy.length + tasks.olderHealthy.length
  return { toStop: healthy - lower, toStart: upper - tasks.countedTotal }
}

type Stop = Extract<ServiceEffect, { kind: 'stop' }>

function planStops(desired: DesiredService, tasks: SortedTasks, room: Room): Stop[] {
  const excess = Math.max(0, tasks.primary.length - desired.desiredCount)
  const surplus = pickTasksToStop(tasks.primaryFree, excess)
  const surplusHealthy = surplus.filter(({ lastStatus }) => lastStatus === 'RUNNING').length
  const drained = pickTasksToStop(tasks.olderFree, Math.max(0, room.toStop - surplusHealthy))
  const scaling = scalingText(desired)
  const stopAll = (list: readonly ServiceTask[], cause: StopCause, stoppedReason = scaling): Stop[] =>
    list.map(({ taskId }) => ({ kind: 'stop', taskId, cause, stoppedReason }))
  return [
    ...stopAll(tasks.strays, 'stray'),
    ...stopAll(tasks.unhealthy, 'unhealthy', 'Task failed container health checks'),
    ...stopAll(tasks.olderStarting, 'superseded'),
    ...stopAll(surplus, 'scale-in'),
    ...stopAll(drained, 'superseded'),
  ].slice(0, TASKS_PER_STEP_MAX)
}

const scalingText = (desired: DesiredService): string =>
  `Scaling activity initiated by (deployment ecs-svc/${desired.primaryDeploymentId})`

const stopEvents = (desired: DesiredService, stops: readonly Stop[]): ServiceEffect[] =>
  stops.length === 0
    ? []
    : [
        {
          kind: 'event',
          message: stoppedEvent(
            desired.name,
            stops.map(({ taskId }) => taskId),
          ),
        },
      ]

interface StartContext {
  readonly tasks: SortedTasks
  readonly room: Room
  readonly retryAfterMs: number
  readonly nowMs: number
}

function planStarts(desired: DesiredService, context: StartContext): ServiceEffect[] {
  const { tasks, room, retryAfterMs, nowMs } = context
  const possible = Math.min(desired.desiredCount - tasks.primary.length, room.toStart)
  if (possible <= 0) return []
  if (retryAfterMs > nowMs) return [{ kind: 'wait', untilMs: retryAfterMs, reason: 'back-off' }]
  const count = Math.min(possible, TASKS_PER_STEP_MAX)
  const start: ServiceEffect = { kind: 'start', deploymentId: desired.primaryDeploymentId, count }
  return count < possible ? [start, { kind: 'wait', untilMs: nowMs, reason: 'more' }] : [start]
}

const isComplete = (desired: DesiredService, tasks: SortedTasks): boolean =>
  tasks.primaryHealthy.length >= desired.desiredCount &&
  tasks.primary.length === desired.desiredCount &&
  tasks.countedOlder === 0

/** Older tasks are there, none may go, no new one may come, and nothing is under way that could change that. */
function isStuck(tasks: SortedTasks, room: Room, plan: ServicePlan): boolean {
  const isMoving = plan.some(({ kind }) => kind === 'stop' || kind === 'start' || kind === 'wait')
  const isStarting = tasks.primary.length > tasks.primaryHealthy.length
  return (
    tasks.olderFree.length > 0 &&
    room.toStop <= 0 &&
    room.toStart <= 0 &&
    !isMoving &&
    !isStarting &&
    tasks.countedEnding === 0
  )
}

const isSteady = (desired: DesiredService, observed: ObservedService, tasks: SortedTasks): boolean =>
  isComplete(desired, tasks) && observed.tasks.length === desired.desiredCount

function steadyEvents(
  desired: DesiredService,
  observed: ObservedService,
  plan: ServicePlan,
): ServiceEffect[] {
  const event: ServiceEffect = { kind: 'event', message: steadyStateEvent(desired.name) }
  return plan.some(({ kind }) => kind === 'event') ? [event] : onceEvent(observed, event.message)
}

/** The event, unless it is what was said last. */
const onceEvent = (observed: ObservedService, message: string): ServiceEffect[] =>
  observed.newestEvent === message ? [] : [{ kind: 'event', message }]

const protectionWait = ({ protectedUntilMs }: SortedTasks): ServiceEffect[] =>
  protectedUntilMs.length === 0
    ? []
    : [{ kind: 'wait', untilMs: Math.min(...protectedUntilMs), reason: 'protection' }]

function planDeletion(desired: DesiredService, observed: ObservedService): ServicePlan {
  if (observed.tasks.length === 0) return [...endDeployments(observed.deployments), { kind: 'deactivate' }]
  const stops = observed.tasks
    .filter(({ isToldToStop }) => !isToldToStop)
    .slice(0, TASKS_PER_STEP_MAX)
    .map(
      ({ taskId }): Stop => ({
        kind: 'stop',
        taskId,
        cause: 'service-deleted',
        stoppedReason: scalingText(desired),
      }),
    )
  return [...endDeployments(observed.deployments), ...stops, ...stopEvents(desired, stops)]
}
