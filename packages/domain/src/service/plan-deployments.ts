import { required } from '@homeport/base'
import { giveUp, isTripped, rollbackOutcome } from './circuit-breaker.ts'
import { deploymentCompletedEvent, failingStartsEvent } from './event-texts.ts'
import { isStable, retryDelayMs, STABLE_AFTER_MS, type TaskRun } from './failures.ts'
import type { PlanOptions, ServiceEffect, UpdateDeployment } from './plan.ts'
import type { DesiredService, ServiceDeploymentState } from './service-state.ts'

/** What planning deployments needs besides them. */
export interface DeploymentContext extends PlanOptions {
  /** Whether only the primary deployment has tasks, as many as it should, and all of them serve. */
  readonly isUp: boolean
  /** Those of its tasks that serve. */
  readonly serving: readonly TaskRun[]
  /** When the bound tasks of the primary deployment ran. */
  readonly runs: readonly TaskRun[]
}

/** The bookkeeping of all deployments. */
export interface DeploymentsPlan {
  readonly effects: readonly ServiceEffect[]
  /** Before this time no task of the primary deployment is started. */
  readonly retryAfterMs: number
  /** Whether the service may move to the primary deployment; not when that has failed. */
  readonly isOpen: boolean
  /** Whether the service is where it should be, and is not suspected of leaving it at once. */
  readonly isComplete: boolean
}

/** Moves the primary deployment on and ends those that it replaced before they were finished. */
export function planDeployments(
  desired: DesiredService,
  deployments: readonly ServiceDeploymentState[],
  context: DeploymentContext,
): DeploymentsPlan {
  const isPrimary = ({ deploymentId }: ServiceDeploymentState): boolean =>
    deploymentId === desired.primaryDeploymentId
  const primary = required(deployments.find(isPrimary), `deployment ${desired.primaryDeploymentId}`)
  const superseded = deployments
    .filter((deployment) => !isPrimary(deployment) && isUnfinished(deployment))
    .map(
      (deployment): ServiceEffect => ({
        ...carryOver(deployment),
        status: 'STOPPED',
        statusReason: SUPERSEDED,
      }),
    )
  const rolledBack = deployments
    .filter(({ status }) => status === 'ROLLBACK_IN_PROGRESS')
    .flatMap((deployment): ServiceEffect[] => {
      const status = rollbackOutcome(desired, deployments, deployment.deploymentId)
      return status === undefined ? [] : [{ ...carryOver(deployment), status }]
    })
  const others = [...superseded, ...rolledBack]
  if (primary.status === 'STOPPED')
    return { effects: others, retryAfterMs: 0, isOpen: false, isComplete: false }
  const plan = planPrimary(desired, primary, { ...context, deployments })
  return { ...plan, effects: [...others, ...plan.effects] }
}

/** Ends what is unfinished of a service that was deleted. */
export const endDeployments = (deployments: readonly ServiceDeploymentState[]): UpdateDeployment[] =>
  deployments.flatMap((deployment): UpdateDeployment[] => {
    if (deployment.status === 'ROLLBACK_IN_PROGRESS')
      return [{ ...carryOver(deployment), status: 'ROLLBACK_FAILED' }]
    return isUnfinished(deployment)
      ? [{ ...carryOver(deployment), status: 'STOPPED', statusReason: DELETED }]
      : []
  })

const DELETED = 'The service was deleted before the deployment was finished.'

const SUPERSEDED = 'The deployment was replaced by a newer one before it was finished.'

const isUnfinished = ({ status }: ServiceDeploymentState): boolean =>
  status === 'PENDING' || status === 'IN_PROGRESS'

const carryOver = (deployment: ServiceDeploymentState): UpdateDeployment => ({
  kind: 'update-deployment',
  deploymentId: deployment.deploymentId,
  status: deployment.status,
  statusReason: '',
  consecutiveFailedCount: deployment.consecutiveFailedCount,
  retryAfterMs: deployment.retryAfterMs,
})

function planPrimary(
  desired: DesiredService,
  primary: ServiceDeploymentState,
  context: DeploymentContext & { readonly deployments: readonly ServiceDeploymentState[] },
): DeploymentsPlan {
  const { failedCount, retryAfterMs } = backOff(primary, context)
  const isDoubtful = isDoubted(desired, primary, failedCount)
  const isComplete = isUpToStay(context, isDoubtful)
  if (isUnfinished(primary) && !isComplete && isTripped(desired, failedCount)) {
    const ended = { ...carryOver(primary), consecutiveFailedCount: failedCount }
    return {
      effects: giveUp(desired, context.deployments, ended),
      retryAfterMs: 0,
      isOpen: false,
      isComplete,
    }
  }
  const progress = isUnfinished(primary) ? progressOf(primary, isComplete) : undefined
  const effects: ServiceEffect[] = []
  if (progress !== undefined || failedCount !== primary.consecutiveFailedCount) {
    effects.push({ ...carryOver(primary), ...progress, consecutiveFailedCount: failedCount, retryAfterMs })
  }
  if (progress?.status === 'SUCCESSFUL') {
    effects.push({ kind: 'event', message: deploymentCompletedEvent(desired.name, primary.deploymentId) })
  }
  if (retryAfterMs > 0 && primary.retryAfterMs === 0) {
    effects.push({ kind: 'event', message: failingStartsEvent(desired.name) })
  }
  if (isDoubtful) effects.push(...stabilityWait(context))
  return { effects, retryAfterMs, isOpen: true, isComplete }
}

/**
 * Whether RUNNING proves nothing: tasks fail, or a circuit breaker may still give the deployment up. What crashes at its
 * start is RUNNING for a moment, too.
 */
const isDoubted = (
  { circuitBreaker }: DesiredService,
  primary: ServiceDeploymentState,
  failedCount: number,
): boolean => failedCount > 0 || (circuitBreaker !== 'off' && isUnfinished(primary))

const isUpToStay = ({ isUp, serving, nowMs }: DeploymentContext, isDoubtful: boolean): boolean =>
  isUp && (!isDoubtful || serving.every((run) => isStable(run, nowMs)))

/** A new delay is drawn only when the streak changed, so that planning again does not move the time. */
function backOff(
  primary: ServiceDeploymentState,
  { runs, nowMs, random }: DeploymentContext,
): { failedCount: number; retryAfterMs: number } {
  const { failedCount, roundCount } = primary.ended.streak(runs, nowMs)
  if (failedCount === primary.consecutiveFailedCount)
    return { failedCount, retryAfterMs: primary.retryAfterMs }
  const delayMs = retryDelayMs(roundCount, random)
  return { failedCount, retryAfterMs: delayMs === 0 ? 0 : nowMs + delayMs }
}

function progressOf(
  { deploymentId, status, rollbackOf }: ServiceDeploymentState,
  isDone: boolean,
): Pick<UpdateDeployment, 'status' | 'statusReason'> | undefined {
  if (isDone)
    return { status: 'SUCCESSFUL', statusReason: `ECS deployment ecs-svc/${deploymentId} completed.` }
  if (status === 'IN_PROGRESS') return undefined
  if (rollbackOf !== '') return { status: 'IN_PROGRESS', statusReason: '' }
  return { status: 'IN_PROGRESS', statusReason: `ECS deployment ecs-svc/${deploymentId} in progress.` }
}

/** A streak ends, and a deployment is complete, when tasks have run long enough: look again when the next one has. */
function stabilityWait({ runs, nowMs }: DeploymentContext): ServiceEffect[] {
  const stableAtMs = runs
    .filter(({ executionStoppedAtMs }) => executionStoppedAtMs === 0)
    .map(({ startedAtMs }) => startedAtMs + STABLE_AFTER_MS)
    .filter((atMs) => atMs > nowMs)
  return stableAtMs.length === 0
    ? []
    : [{ kind: 'wait', untilMs: Math.min(...stableAtMs), reason: 'stability' }]
}
