import { taskStatusOrder } from '../task/task-status.ts'
import type { TaskRun } from './failures.ts'
import type { DesiredService, ServiceTask } from './service-state.ts'

/** The tasks of a service by what may happen to them. Those of lost hosts are in `lost` or nowhere. */
export interface SortedTasks {
  /** Of another incarnation: not this service's. */
  readonly strays: readonly ServiceTask[]
  /** Wanted, sound, where they should be and of the primary deployment; on held hosts too. */
  readonly current: readonly ServiceTask[]
  /** When those of the primary deployment that have been RUNNING ran, wanted or not. */
  readonly primaryRuns: readonly TaskRun[]
  /** Those of `current` that serve. */
  readonly currentHealthy: readonly ServiceTask[]
  /** Wanted so far and serving, but of an older deployment or on a DRAINING instance. */
  readonly outdatedHealthy: readonly ServiceTask[]
  /** Those of `outdatedHealthy` that may be stopped. */
  readonly outdatedFree: readonly ServiceTask[]
  /** Outdated and not serving yet. */
  readonly outdatedStarting: readonly ServiceTask[]
  /** Wanted so far, but failing health checks. */
  readonly unhealthy: readonly ServiceTask[]
  /** Wanted, of the primary deployment, on hosts that are given up. */
  readonly lost: readonly ServiceTask[]
  /** Wanted, on hosts that lost contact and are not given up yet. */
  readonly held: readonly ServiceTask[]
  /** PENDING or RUNNING, wanted or not. */
  readonly countedTotal: number
  /** Of these, the outdated ones. */
  readonly countedOutdated: number
  /** Of these, those that were told to stop. */
  readonly countedEnding: number
  /** Everything bound to hosts that are not given up, whatever its status. */
  readonly presentCount: number
  /** When the protections of tasks that are in the way end. */
  readonly protectedUntilMs: readonly number[]
}

const RUNNING = taskStatusOrder('RUNNING')

/** Whether the task is PENDING or RUNNING by what its agent last said. */
export const isCounted = ({ lastStatus }: ServiceTask): boolean => taskStatusOrder(lastStatus) <= RUNNING

/** Whether the task serves: RUNNING, its health checks passed if it has any, on a host that answers. */
export const isServing = ({ lastStatus, health, host }: ServiceTask): boolean =>
  lastStatus === 'RUNNING' && health === 'good' && host !== 'held' && host !== 'lost'

/** Whether scale-in and deployments may stop the task. */
export const isFree = ({ protectedUntilMs }: ServiceTask, nowMs: number): boolean => protectedUntilMs <= nowMs

/** Sorts everything that is bound. */
export function sortTasks(
  desired: DesiredService,
  tasks: readonly ServiceTask[],
  nowMs: number,
): SortedTasks {
  const own = tasks.filter(({ incarnationId }) => incarnationId === desired.incarnationId)
  const isPrimary = ({ deploymentId }: ServiceTask): boolean => deploymentId === desired.primaryDeploymentId
  const isCurrent = (task: ServiceTask): boolean => isPrimary(task) && task.host !== 'draining'
  const isFreeNow = (task: ServiceTask): boolean => isFree(task, nowMs)
  const present = own.filter(({ host }) => host !== 'lost')
  const counted = present.filter(isCounted)
  const live = counted.filter(({ isToldToStop }) => !isToldToStop)
  const sound = live.filter(({ health }) => health !== 'bad')
  const current = sound.filter(isCurrent)
  const outdated = sound.filter((task) => !isCurrent(task))
  const outdatedHealthy = outdated.filter(isServing)
  const lost = own.filter((task) => task.host === 'lost' && isPrimary(task) && !task.isToldToStop)
  const inTheWay = [...outdatedHealthy, ...lost, ...(current.length > desired.desiredCount ? current : [])]
  return {
    strays: tasks.filter((task) => task.incarnationId !== desired.incarnationId && !task.isToldToStop),
    current,
    primaryRuns: own.filter((task) => isPrimary(task) && task.startedAtMs > 0 && task.health === 'good'),
    currentHealthy: current.filter(isServing),
    outdatedHealthy,
    outdatedFree: outdatedHealthy.filter(isFreeNow),
    outdatedStarting: outdated.filter((task) => !isServing(task) && task.host !== 'held'),
    unhealthy: live.filter(({ health }) => health === 'bad'),
    lost,
    held: live.filter(({ host }) => host === 'held'),
    countedTotal: counted.length,
    countedOutdated: counted.filter((task) => !isCurrent(task)).length,
    countedEnding: counted.filter(({ isToldToStop }) => isToldToStop).length,
    presentCount: present.length,
    protectedUntilMs: inTheWay
      .filter((task) => !isFreeNow(task))
      .map(({ protectedUntilMs }) => protectedUntilMs),
  }
}
