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
export { laterStatus, TASK_STATUSES, type TaskStatus, taskStatusOrder } from './task/task-status.ts'
