import type { ContactHold } from '../instance/host-contact.ts'
import type { TaskStatus } from '../task/task-status.ts'
import type { EndedTasks } from './failures.ts'

/** What the user wants of a service. */
export interface DesiredService {
  readonly name: string
  readonly status: 'ACTIVE' | 'DRAINING' | 'INACTIVE'
  /** Tells services of one name apart that were deleted and created again. */
  readonly incarnationId: string
  readonly strategy: 'daemon' | 'replica'
  /** 0 or more. Of a daemon: the instances it was to run on when they were last counted. */
  readonly desiredCount: number
  /** The deployment that the service moves to. */
  readonly primaryDeploymentId: string
  /** Percent of `desiredCount` that stays RUNNING while a deployment rolls, rounded up. */
  readonly minimumHealthyPercent: number
  /** Percent of `desiredCount` that may exist while a deployment rolls, rounded down. */
  readonly maximumPercent: number
  /** What happens to a deployment whose tasks keep failing: nothing, it ends, or it is rolled back, too. */
  readonly circuitBreaker: 'off' | 'rollback' | 'stop'
}

/** `awaited`: it has health checks, none of which has passed yet. `good`: they pass, or it has none. */
export type TaskHealth = 'awaited' | 'bad' | 'good'

/**
 * The instance of a task. `draining`: DRAINING, and connected. `held`: without contact, but a brake holds.
 * `lost`: without contact, or gone; the task may run there or not. `sound`: everything else.
 */
export type TaskHost = 'draining' | 'held' | 'lost' | 'sound'

/** A task of the service that is not STOPPED. */
export interface ServiceTask {
  readonly taskId: string
  readonly deploymentId: string
  readonly incarnationId: string
  readonly containerInstanceId: string
  /** Whether its desired status is STOPPED. */
  readonly isToldToStop: boolean
  readonly lastStatus: TaskStatus
  readonly health: TaskHealth
  readonly host: TaskHost
  readonly createdAtMs: number
  /** When it became RUNNING; 0: it has not. */
  readonly startedAtMs: number
  /** When its essential containers had ended; 0: they have not. */
  readonly executionStoppedAtMs: number
  /** Scale-in and deployments leave it alone before this time; 0: not protected. */
  readonly protectedUntilMs: number
}

/** Where a deployment is. STOPPED, too, when the circuit breaker gave it up without a rollback. */
export type DeploymentStatus =
  | 'PENDING'
  | 'IN_PROGRESS'
  | 'ROLLBACK_FAILED'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_SUCCESSFUL'
  | 'STOPPED'
  | 'SUCCESSFUL'

/** One deployment of the service as it is stored, with how its tasks fared. */
export interface ServiceDeploymentState {
  readonly deploymentId: string
  readonly createdAtMs: number
  readonly status: DeploymentStatus
  /** The failed deployment that this one rolls back; empty: none. */
  readonly rollbackOf: string
  readonly consecutiveFailedCount: number
  /** No task of it is started before this time; 0: no back-off. */
  readonly retryAfterMs: number
  readonly ended: EndedTasks
}

/** What there is. */
export interface ObservedService {
  /** Everything bound, in any order. */
  readonly tasks: readonly ServiceTask[]
  /** In any order; the primary one is among them. */
  readonly deployments: readonly ServiceDeploymentState[]
  /** The brake on its tasks that are `held`; `undefined`: there are none. */
  readonly hold: ContactHold | undefined
  /** Where a daemon is to run, in any order; empty for replica services. */
  readonly daemonInstanceIds: readonly string[]
  /** The message of the newest event; empty: there is none. */
  readonly newestEvent: string
}
