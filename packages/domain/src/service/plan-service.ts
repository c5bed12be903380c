/**
 * What to do next for one service; this is the way of replica services, daemons have their own (`plan-daemon.ts`).
 *
 * Intuition: look at everything, decide everything, remember nothing. Each call takes one safe step towards
 * "the primary deployment has the desired count running and nobody else has tasks"; the loop calls again when
 * something changed.
 * Model: a task is current when it is of the primary deployment and not on a DRAINING instance; every other one is
 * outdated. With L = minimum percent of the desired count rounded up and U = maximum percent rounded down,
 *   - outdated tasks that serve are stopped while L or more that serve stay,
 *   - what does not serve yet or is unhealthy holds up nobody and is stopped at once,
 *   - tasks are started while no more than U are PENDING or RUNNING, counted by what agents last said, so a
 *     task that was told to stop keeps its place until its agent has begun to stop it,
 *   - tasks of lost hosts do not exist for these counts, so that others are started in their place; they are told
 *     to stop when those serve.
 * Both only look at this service, so capacity is the applier's business: it starts what it can place.
 * Rejected: a state machine per deployment, whose states are wrong as soon as a task dies in between.
 */
import { deploymentStuckEvent, heldEvent, lostEvent, steadyStateEvent } from './event-texts.ts'
import { type PlanOptions, type ServiceEffect, type ServicePlan, TASKS_PER_STEP_MAX } from './plan.ts'
import { planDaemon } from './plan-daemon.ts'
import { endDeployments, planDeployments } from './plan-deployments.ts'
import { planStops, scalingReason, stopAll, stopEvents } from './plan-stops.ts'
import type { DesiredService, ObservedService } from './service-state.ts'
import { type SortedTasks, sortTasks } from './sort-tasks.ts'

/** Plans one step. Pure but for `random`; an empty plan means that there is nothing to do until something changes. */
export function planService(
  desired: DesiredService,
  observed: ObservedService,
  options: PlanOptions,
): ServicePlan {
  if (desired.status === 'INACTIVE') return []
  if (desired.status === 'DRAINING') return planDeletion(desired, observed)
  if (desired.strategy === 'daemon') return planDaemon(desired, observed, options)
  const tasks = sortTasks(desired, observed.tasks, options.nowMs)
  const room = countRoom(desired, tasks)
  const deployments = planDeployments(desired, observed.deployments, {
    ...options,
    isUp: isUp(desired, tasks),
    serving: tasks.currentHealthy,
    runs: tasks.primaryRuns,
  })
  const { nowMs } = options
  const { isOpen, isComplete, retryAfterMs } = deployments
  const stops = planStops(desired, { tasks, room: room.toStop, isOpen, nowMs })
  const starts = isOpen ? planStarts(desired, { tasks, room, retryAfterMs, nowMs }) : []
  const plan: ServiceEffect[] = [...deployments.effects, ...stops, ...stopEvents(desired, stops), ...starts]
  if (isOpen) plan.push(...planRemarks(desired, observed, { tasks, room, plan, isComplete }))
  return [...plan, ...waits(observed, tasks)]
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
  const healthy = tasks.currentHealthy.length + tasks.outdatedHealthy.length
  return { toStop: healthy - lower, toStart: upper - tasks.countedTotal }
}

interface StartContext {
  readonly tasks: SortedTasks
  readonly room: Room
  readonly retryAfterMs: number
  readonly nowMs: number
}

function planStarts(desired: DesiredService, context: StartContext): ServiceEffect[] {
  const { tasks, room, retryAfterMs, nowMs } = context
  const possible = Math.min(desired.desiredCount - tasks.current.length, room.toStart)
  if (possible <= 0) return []
  if (retryAfterMs > nowMs) return [{ kind: 'wait', untilMs: retryAfterMs, reason: 'back-off' }]
  const count = Math.min(possible, TASKS_PER_STEP_MAX)
  const lost = tasks.lost.slice(0, TASKS_PER_STEP_MAX).map(({ taskId }) => taskId)
  const start: ServiceEffect = {
    kind: 'start',
    deploymentId: desired.primaryDeploymentId,
    count,
    because: lost.length === 0 ? '' : lostEvent(desired.name, lost),
  }
  return count < possible ? [start, { kind: 'wait', untilMs: nowMs, reason: 'more' }] : [start]
}

/** Whether only the primary deployment has tasks, as many as it should, and all of them serve. */
const isUp = (desired: DesiredService, tasks: SortedTasks): boolean =>
  tasks.currentHealthy.length >= desired.desiredCount &&
  tasks.current.length === desired.desiredCount &&
  tasks.countedOutdated === 0

interface RemarkContext {
  readonly tasks: SortedTasks
  readonly room: Room
  readonly plan: ServicePlan
  readonly isComplete: boolean
}

/** What is said of how things stand: at most one, or else two would take turns at being the newest for ever. */
function planRemarks(
  desired: DesiredService,
  observed: ObservedService,
  { tasks, room, plan, isComplete }: RemarkContext,
): ServiceEffect[] {
  if (observed.hold !== undefined && tasks.held.length > 0)
    return onceEvent(observed, heldEvent(desired.name, observed.hold))
  if (isStuck(tasks, room, plan)) return onceEvent(observed, deploymentStuckEvent(desired.name))
  const isSteady = isComplete && tasks.presentCount === desired.desiredCount
  return isSteady ? steadyEvents(desired, observed, plan) : []
}

/** Outdated tasks are there, none may go, no new one may come, and nothing is under way that could change that. */
function isStuck(tasks: SortedTasks, room: Room, plan: ServicePlan): boolean {
  const isMoving = plan.some(({ kind }) => kind === 'stop' || kind === 'start' || kind === 'wait')
  const isStarting = tasks.current.length > tasks.currentHealthy.length
  return (
    tasks.outdatedFree.length > 0 &&
    room.toStop <= 0 &&
    room.toStart <= 0 &&
    !isMoving &&
    !isStarting &&
    tasks.countedEnding === 0
  )
}

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

function waits({ hold }: ObservedService, { held, protectedUntilMs }: SortedTasks): ServiceEffect[] {
  const waits: ServiceEffect[] = []
  if (protectedUntilMs.length > 0)
    waits.push({ kind: 'wait', untilMs: Math.min(...protectedUntilMs), reason: 'protection' })
  if (held.length > 0 && hold !== undefined)
    waits.push({ kind: 'wait', untilMs: hold.untilMs, reason: 'contact' })
  return waits
}

/** Nobody waits for hosts that are lost: one that returns finds its tasks told to stop. */
function planDeletion(desired: DesiredService, observed: ObservedService): ServicePlan {
  const isGone = observed.tasks.every(({ isToldToStop, host }) => isToldToStop && host === 'lost')
  if (isGone) return [...endDeployments(observed.deployments), { kind: 'deactivate' }]
  const unwanted = observed.tasks.filter(({ isToldToStop }) => !isToldToStop).slice(0, TASKS_PER_STEP_MAX)
  const stops = stopAll(unwanted, 'service-deleted', scalingReason(desired))
  return [...endDeployments(observed.deployments), ...stops, ...stopEvents(desired, stops)]
}
