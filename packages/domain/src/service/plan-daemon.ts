/**
 * What to do next for one daemon service: one task on every instance that is to have one.
 *
 * Model: instance by instance, with nothing remembered between calls. An instance that is to have a task and holds
 * none that is PENDING or RUNNING gets one of the primary deployment. Tasks of older deployments that serve are
 * stopped while, of all instances, the minimum percent (rounded up) still serves; as an instance never has two, each
 * is replaced when its agent has begun to stop it. What does not serve or fails its health checks is stopped at once,
 * and so is what is where none should be.
 * Hosts without contact are left alone: no other place can take over their task, and on return it still is theirs.
 */
import { deploymentStuckEvent, steadyStateEvent } from './event-texts.ts'
import { type PlanOptions, type ServiceEffect, type ServicePlan, TASKS_PER_STEP_MAX } from './plan.ts'
import { planDeployments } from './plan-deployments.ts'
import { planStops, scalingReason, stopAll, stopEvents } from './plan-stops.ts'
import type { DesiredService, ObservedService, ServiceTask } from './service-state.ts'
import { isCounted, isFree, isServing, sortTasks } from './sort-tasks.ts'

/** Plans one step of an ACTIVE daemon service; `observed.daemonInstanceIds` says where it is to run. */
export function planDaemon(
  desired: DesiredService,
  observed: ObservedService,
  options: PlanOptions,
): ServicePlan {
  const { nowMs } = options
  const service = { ...desired, desiredCount: observed.daemonInstanceIds.length }
  const { present, misplaced } = placeTasks(desired, observed)
  const tasks = sortTasks(
    service,
    present.filter((task) => !misplaced.has(task)),
    nowMs,
  )
  const isUp =
    tasks.currentHealthy.length === service.desiredCount &&
    tasks.countedOutdated === 0 &&
    misplaced.size === 0
  const { isOpen, isComplete, retryAfterMs, effects } = planDeployments(service, observed.deployments, {
    ...options,
    isUp,
    serving: tasks.currentHealthy,
    runs: tasks.primaryRuns,
  })
  const lower = Math.ceil((service.desiredCount * service.minimumHealthyPercent) / 100)
  const room = tasks.currentHealthy.length + tasks.outdatedHealthy.length - lower
  const free = [...misplaced].filter((task) => isFree(task, nowMs))
  const stops = [
    ...stopAll(free, 'draining', scalingReason(service)),
    ...planStops(service, { tasks, room, isOpen, nowMs }),
  ].slice(0, TASKS_PER_STEP_MAX)
  const starts = isOpen ? planStarts(service, observed, { retryAfterMs, nowMs }) : []
  const plan: ServiceEffect[] = [...effects, ...stops, ...stopEvents(service, stops), ...starts]
  if (desired.desiredCount !== service.desiredCount)
    plan.unshift({ kind: 'set-desired-count', desiredCount: service.desiredCount })
  const isSteady = isComplete && present.length === service.desiredCount
  const startingCount = tasks.current.length - tasks.currentHealthy.length
  const isMoving = stops.length + starts.length + tasks.countedEnding + startingCount > 0
  const isStuck = isOpen && tasks.outdatedFree.length > 0 && room <= 0 && !isMoving
  if (isSteady) plan.push(...remark(observed, plan, steadyStateEvent(service.name)))
  else if (isStuck) plan.push(...remark(observed, [], deploymentStuckEvent(service.name)))
  return [...plan, ...protectionWait([...misplaced], tasks.protectedUntilMs, nowMs)]
}

interface PlacedTasks {
  /** On hosts in contact. */
  readonly present: readonly ServiceTask[]
  /** Of these, wanted so far, where none should be or one too many. */
  readonly misplaced: ReadonlySet<ServiceTask>
}

function placeTasks(desired: DesiredService, observed: ObservedService): PlacedTasks {
  const present = observed.tasks.filter(({ host }) => host !== 'lost' && host !== 'held')
  const instances = new Set(observed.daemonInstanceIds)
  const live = present.filter(
    (task) => task.incarnationId === desired.incarnationId && !task.isToldToStop && isCounted(task),
  )
  const misplaced = new Set(live.filter(({ containerInstanceId }) => !instances.has(containerInstanceId)))
  const isPrimary = ({ deploymentId }: ServiceTask): boolean => deploymentId === desired.primaryDeploymentId
  const rank = (task: ServiceTask): number =>
    Number(task.health !== 'bad') * 4 + Number(isPrimary(task)) * 2 + Number(isServing(task))
  const others = live
    .filter((task) => !misplaced.has(task))
    .toSorted((first, second) => rank(second) - rank(first) || first.createdAtMs - second.createdAtMs)
  const kept = new Set<string>()
  for (const task of others) {
    if (kept.has(task.containerInstanceId)) misplaced.add(task)
    kept.add(task.containerInstanceId)
  }
  return { present, misplaced }
}

function planStarts(
  desired: DesiredService,
  observed: ObservedService,
  { retryAfterMs, nowMs }: { readonly retryAfterMs: number; readonly nowMs: number },
): ServiceEffect[] {
  const taken = new Set(
    observed.tasks
      .filter((task) => task.incarnationId === desired.incarnationId && isCounted(task))
      .map(({ containerInstanceId }) => containerInstanceId),
  )
  const free = observed.daemonInstanceIds.filter((instanceId) => !taken.has(instanceId))
  if (free.length === 0) return []
  if (retryAfterMs > nowMs) return [{ kind: 'wait', untilMs: retryAfterMs, reason: 'back-off' }]
  const onInstanceIds = free.slice(0, TASKS_PER_STEP_MAX)
  const start: ServiceEffect = {
    kind: 'start',
    deploymentId: desired.primaryDeploymentId,
    count: onInstanceIds.length,
    because: '',
    onInstanceIds,
  }
  return onInstanceIds.length < free.length
    ? [start, { kind: 'wait', untilMs: nowMs, reason: 'more' }]
    : [start]
}

/** The event, unless it is what was said last and nothing was said since. */
const remark = (observed: ObservedService, plan: ServicePlan, message: string): ServiceEffect[] =>
  observed.newestEvent === message && !plan.some(({ kind }) => kind === 'event')
    ? []
    : [{ kind: 'event', message }]

function protectionWait(
  misplaced: readonly ServiceTask[],
  others: readonly number[],
  nowMs: number,
): ServiceEffect[] {
  const untilMs = Math.min(
    ...others,
    ...misplaced.map(({ protectedUntilMs }) => protectedUntilMs).filter((atMs) => atMs > nowMs),
  )
  return Number.isFinite(untilMs) ? [{ kind: 'wait', untilMs, reason: 'protection' }] : []
}
