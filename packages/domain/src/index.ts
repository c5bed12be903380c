export {
  type ContainerPath,
  clusterArn,
  containerArn,
  containerInstanceArn,
  type Namespace,
  type ParsedArn,
  parseArn,
  type ServicePath,
  serviceArn,
  serviceDeploymentArn,
  serviceRevisionArn,
  taskArn,
  taskDefinitionArn,
} from './arn.ts'
export {
  type ClusterContact,
  type ContactHold,
  holdOf,
  START_HOLD_MS,
  STORM_HOLD_MS,
} from './instance/host-contact.ts'
export { type Shortage } from './instance/ledger.ts'
export {
  type HostPort,
  type RegisteredResources,
  type RemainingResources,
  type Requirements,
  remainingResources,
} from './instance/resources.ts'
export { type Chances } from './placement/draw.ts'
export type { NamedPlacement, Placed, Placement } from './placement/placement.ts'
export { PlacementPool } from './placement/placement-pool.ts'
export {
  NO_INSTANCES,
  REFUSAL_REASONS,
  REFUSALS_LISTED_MAX,
  type Refusal,
  type RefusalReason,
  Refusals,
} from './placement/refusals.ts'
export type { BoundTask, PlaceableInstance, PlacementRequest } from './placement/request.ts'
export {
  AVAILABILITY_ZONE_ATTRIBUTE,
  type ParsedPlacementRules,
  type PlacementQuery,
  type PlacementRules,
  parsePlacementRules,
  type Strategy,
} from './placement/rules.ts'
export {
  CLUSTER_QUERY_LENGTH_MAX,
  type ClusterQuery,
  type ParsedClusterQuery,
  parseClusterQuery,
  type QueriedInstance,
} from './query/cluster-query.ts'
export {
  isPlacementEvent,
  isPlacementEventDue,
  PLACEMENT_EVENT_INTERVAL_MS,
  type PlacementEvent,
  startedEvent,
  unplaceableEvent,
} from './service/event-texts.ts'
export { EndedTasks, type StoppedTask } from './service/failures.ts'
export type {
  PlanOptions,
  ServiceEffect,
  ServicePlan,
  StopCause,
  StopTask,
  UpdateDeployment,
} from './service/plan.ts'
export { planService } from './service/plan-service.ts'
export { UNHEALTHY_REASON } from './service/plan-stops.ts'
export type {
  DeploymentStatus,
  DesiredService,
  ObservedService,
  ServiceDeploymentState,
  ServiceTask,
  TaskHealth,
  TaskHost,
} from './service/service-state.ts'
export { type ContainerSpecification, containerSpecsOf } from './task/container-specs.ts'
export { endOrphan, type OrphanableTask } from './task/end-orphan.ts'
export { hasHealthCheck } from './task/has-health-check.ts'
export {
  type ContainerObservation,
  type MergedObservation,
  mergeObservation,
  type Observation,
} from './task/merge-observation.ts'
export {
  canStop,
  requestStop,
  type StoppableTask,
  type StopRequest,
  TASK_STOP_CODES,
  type TaskStopCode,
} from './task/stop-task.ts'
export { laterStatus, TASK_STATUSES, type TaskStatus, taskStatusOrder } from './task/task-status.ts'
