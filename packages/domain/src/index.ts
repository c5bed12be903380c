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
export { type ContainerSpecification, containerSpecsOf } from './task/container-specs.ts'
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
