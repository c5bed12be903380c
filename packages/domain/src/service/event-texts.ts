/** Service events as ECS words them; scripts and alarms match these texts. */
import type { ContactHold } from '../instance/host-contact.ts'
import { NO_INSTANCES, type RefusalReason, type Refusals } from '../placement/refusals.ts'

/** An "unable to place" event is repeated at most this often while its reason stays: a page shows 100 events. */
export const PLACEMENT_EVENT_INTERVAL_MS = 60_000

const GUIDE = 'For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.'

const tasksText = (taskIds: readonly string[]): string =>
  taskIds.map((taskId) => `(task ${taskId})`).join(' ')

/** Nothing is left to do. */
export const steadyStateEvent = (service: string): string =>
  `(service ${service}) has reached a steady state.`

/** Tasks were placed. */
export const startedEvent = (service: string, taskIds: readonly string[]): string =>
  `(service ${service}) has started ${taskIds.length} tasks: ${tasksText(taskIds)}.`

/** Tasks were told to stop. */
export const stoppedEvent = (service: string, taskIds: readonly string[]): string =>
  `(service ${service}) has stopped ${taskIds.length} running tasks: ${tasksText(taskIds)}.`

/** A task is stopped for its health. */
export const unhealthyEvent = (service: string, taskId: string): string =>
  `(service ${service}) (task ${taskId}) failed container health checks.`

/** Replacements are started. ECS does not replace tasks of disconnected instances, so it has no words for it. */
export const lostEvent = (service: string, taskIds: readonly string[]): string =>
  `(service ${service}) is replacing tasks on container instances that lost contact: ${tasksText(taskIds)}.`

/** Replacements have come up. */
export const replacedEvent = (service: string, taskIds: readonly string[]): string =>
  `(service ${service}) has replaced ${taskIds.length} tasks on container instances that lost contact: ${tasksText(taskIds)}.`

const HOLD_REASONS: Readonly<Record<ContactHold['reason'], string>> = {
  start: 'the scheduler has just started',
  storm: "more than half of the cluster's container instances lost contact together",
}

/** Tasks of disconnected instances are not replaced yet. */
export const heldEvent = (service: string, { reason }: ContactHold): string =>
  `(service ${service}) is not replacing tasks on container instances that lost contact yet because ${HOLD_REASONS[reason]}.`

/** Only tasks of the primary deployment are left, as many as desired. */
export const deploymentCompletedEvent = (service: string, deploymentId: string): string =>
  `(service ${service}) (deployment ecs-svc/${deploymentId}) deployment completed.`

/** The circuit breaker gave a deployment up. */
export const deploymentFailedEvent = (service: string, deploymentId: string): string =>
  `(service ${service}) (deployment ecs-svc/${deploymentId}) deployment failed: tasks failed to start.`

/** The service goes back to what a completed deployment had. */
export const rollingBackEvent = (service: string, deploymentId: string): string =>
  `(service ${service}) rolling back to deployment ecs-svc/${deploymentId}.`

/** Starts are backed off. */
export const failingStartsEvent = (service: string): string =>
  `(service ${service}) is unable to consistently start tasks successfully. ${GUIDE}`

/** The percentages leave no room to move. */
export const deploymentStuckEvent = (service: string): string =>
  `(service ${service}) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.`

/** No instance takes a task of the service. */
export function unplaceableEvent(service: string, refusals: Refusals): string {
  const lead = `(service ${service}) was unable to place a task because no container instance met all of its requirements.`
  if (refusals.closest === undefined) return `${lead} Reason: ${NO_INSTANCES} ${GUIDE}`
  const { instanceId, reason } = refusals.closest
  return `${lead} The closest matching (container-instance ${instanceId}) ${shortcomingText(reason)}. ${GUIDE}`
}

const SHORTCOMINGS: Readonly<Partial<Record<RefusalReason, string>>> = {
  'RESOURCE:CPU': 'has insufficient CPU units available',
  'RESOURCE:MEMORY': 'has insufficient memory available',
  'RESOURCE:PORTS': 'is already using a port required by your task',
  'RESOURCE:GPU': 'has insufficient GPU resource available',
  ATTRIBUTE: 'is missing an attribute required by your task',
}

const shortcomingText = (reason: RefusalReason): string =>
  SHORTCOMINGS[reason] ?? `encountered error "${reason}"`

/** The last "unable to place" event of a service. */
export interface PlacementEvent {
  readonly message: string
  readonly createdAtMs: number
}

/** Whether `message` says something new: another reason, or the same after `PLACEMENT_EVENT_INTERVAL_MS`. */
export const isPlacementEventDue = (
  last: PlacementEvent | undefined,
  message: string,
  nowMs: number,
): boolean =>
  last === undefined ||
  withoutInstance(last.message) !== withoutInstance(message) ||
  nowMs - last.createdAtMs >= PLACEMENT_EVENT_INTERVAL_MS

/** Whether an event says that a task could not be placed. */
export const isPlacementEvent = (message: string): boolean =>
  message.includes(') was unable to place a task because')

const withoutInstance = (message: string): string => message.replace(/\(container-instance [^)]*\)/, '')
