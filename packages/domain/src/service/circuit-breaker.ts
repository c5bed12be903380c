/**
 * When a deployment is given up, and what becomes of it.
 *
 * Model: ECS's deployment circuit breaker over the streak of failures that back-off counts, too, which a task that
 * comes up ends. A deployment under it is complete only when all its tasks came up, or else the first moment in which
 * they are RUNNING would end it before they crash. A deployment that is being rolled back stays ROLLBACK_IN_PROGRESS
 * until the deployment that does it has ended. One that rolls back is not rolled back itself: when it fails, nothing is started any more.
 */
import { deploymentFailedEvent, rollingBackEvent } from './event-texts.ts'
import type { ServiceEffect, UpdateDeployment } from './plan.ts'
import type { DesiredService, ServiceDeploymentState } from './service-state.ts'

const THRESHOLD_SHARE = 0.5
const THRESHOLD_MIN = 3
const THRESHOLD_MAX = 200

/** Failed tasks in a row at which ECS gives a deployment up: half of the desired count, rounded up, 3 to 200. */
export const failureThreshold = (desiredCount: number): number =>
  Math.min(THRESHOLD_MAX, Math.max(THRESHOLD_MIN, Math.ceil(desiredCount * THRESHOLD_SHARE)))

const FAILED_REASON = 'ECS deployment circuit breaker: tasks failed to start.'

/** Whether a deployment that is not finished has failed too often. */
export const isTripped = (desired: DesiredService, failedCount: number): boolean =>
  desired.circuitBreaker !== 'off' && failedCount >= failureThreshold(desired.desiredCount)

/** Gives the primary deployment up. `ended` is its row as it is to be, but for its status. */
export function giveUp(
  desired: DesiredService,
  deployments: readonly ServiceDeploymentState[],
  ended: UpdateDeployment,
): ServiceEffect[] {
  const { deploymentId } = ended
  const isRollback = deployments.some((each) => each.deploymentId === deploymentId && each.rollbackOf !== '')
  const target = desired.circuitBreaker === 'rollback' && !isRollback ? lastCompleted(deployments) : undefined
  const failed: ServiceEffect = {
    ...ended,
    status: target === undefined ? 'STOPPED' : 'ROLLBACK_IN_PROGRESS',
    statusReason: FAILED_REASON,
  }
  const event: ServiceEffect = { kind: 'event', message: deploymentFailedEvent(desired.name, deploymentId) }
  if (target === undefined) return [failed, event]
  return [
    failed,
    event,
    {
      kind: 'roll-back',
      failedDeploymentId: deploymentId,
      toDeploymentId: target.deploymentId,
      statusReason: `ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/${target.deploymentId}.`,
    },
    { kind: 'event', message: rollingBackEvent(desired.name, target.deploymentId) },
  ]
}

/** What becomes of a deployment that is being rolled back; `undefined`: that is still open. */
export function rollbackOutcome(
  desired: DesiredService,
  deployments: readonly ServiceDeploymentState[],
  failedDeploymentId: string,
): 'ROLLBACK_FAILED' | 'ROLLBACK_SUCCESSFUL' | undefined {
  const rollback = deployments.find(({ rollbackOf }) => rollbackOf === failedDeploymentId)
  if (rollback?.status === 'SUCCESSFUL') return 'ROLLBACK_SUCCESSFUL'
  const isOpen =
    rollback !== undefined &&
    rollback.status !== 'STOPPED' &&
    rollback.deploymentId === desired.primaryDeploymentId
  return isOpen ? undefined : 'ROLLBACK_FAILED'
}

const lastCompleted = (deployments: readonly ServiceDeploymentState[]): ServiceDeploymentState | undefined =>
  deployments
    .filter(({ status }) => status === 'SUCCESSFUL')
    .toSorted((first, second) => second.createdAtMs - first.createdAtMs)[0]
