import type { Chances } from '../placement/draw.ts'
import type { DeploymentStatus } from './service-state.ts'

/** A deployment's row takes these values. */
export interface UpdateDeployment {
  readonly kind: 'update-deployment'
  readonly deploymentId: string
  readonly status: DeploymentStatus
  /** As ECS words it; empty: stays as it is. */
  readonly statusReason: string
  readonly consecutiveFailedCount: number
  readonly retryAfterMs: number
}

/** Why a task is told to stop. */
export type StopCause =
  | 'draining'
  | 'replaced'
  | 'scale-in'
  | 'service-deleted'
  | 'stray'
  | 'superseded'
  | 'unhealthy'

/** A task is told to stop. */
export interface StopTask {
  readonly kind: 'stop'
  readonly taskId: string
  readonly cause: StopCause
  readonly stoppedReason: string
}

/** One thing to do. */
export type ServiceEffect =
  | {
      readonly kind: 'start'
      readonly deploymentId: string
      readonly count: number
      /** An event to say before, when at least one is started; empty: none. */
      readonly because: string
      /** One on each of these; absent: wherever the placement rules say. */
      readonly onInstanceIds?: readonly string[]
    }
  | StopTask
  | UpdateDeployment
  /** A new deployment of what another one deployed becomes the primary one. */
  | {
      readonly kind: 'roll-back'
      readonly failedDeploymentId: string
      readonly toDeploymentId: string
      readonly statusReason: string
    }
  /** What a daemon is to run on has been counted. */
  | { readonly kind: 'set-desired-count'; readonly desiredCount: number }
  /** The service becomes INACTIVE. */
  | { readonly kind: 'deactivate' }
  | { readonly kind: 'event'; readonly message: string }
  /** Plan again then at the latest. */
  | {
      readonly kind: 'wait'
      readonly untilMs: number
      readonly reason: 'back-off' | 'contact' | 'more' | 'protection' | 'stability'
    }

/** What to do, in order: all of it belongs into one transaction. */
export type ServicePlan = readonly ServiceEffect[]

/** Time and chance. */
export interface PlanOptions {
  /** Milliseconds since the epoch, by the scheduler's clock. */
  readonly nowMs: number
  readonly random: Chances
}

/** Tasks that one plan starts, and that it stops: bounds the transaction and the event text. */
export const TASKS_PER_STEP_MAX = 50
