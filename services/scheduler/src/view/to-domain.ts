/** Rows of state as the domain sees them. */
import { create } from '@bufbuild/protobuf'
import type {
  BoundTask,
  DeploymentStatus,
  DesiredService,
  PlaceableInstance,
  RegisteredResources,
  Requirements,
  ServiceTask,
  StoppedTask,
  TaskHealth,
  TaskHost,
} from '@homeport/domain'
import { UNHEALTHY_REASON } from '@homeport/domain'
import { taskStatusFromWire } from '@homeport/wire'
import {
  type ContainerInstance,
  ContainerInstanceStatus,
  HealthStatus,
  SchedulingStrategy,
  type Service,
  ServiceDeploymentStatus,
  ServiceStatus,
  type Task,
  type TaskObservation,
  TaskObservationSchema,
  type TaskSpec,
  TaskSpecSchema,
  TaskStatus,
} from '@homeport/wire/types'

const NO_RESOURCES: RegisteredResources = { cpuUnits: 0, memoryMib: 0, reservedPorts: [], gpuIds: [] }

/** What a task without requirements takes. */
export const NO_REQUIREMENTS: Requirements = {
  cpuUnits: 0,
  memoryMib: 0,
  hostPorts: [],
  requiredAttributes: [],
  gpuCount: 0,
}

const NO_SPEC: TaskSpec = create(TaskSpecSchema)

const NO_OBSERVATION: TaskObservation = create(TaskObservationSchema)

/** The tables below have no entry for numbers of a later version: those are left alone. */
const INSTANCE_STATUSES: Readonly<Record<number, PlaceableInstance['status']>> = {
  [ContainerInstanceStatus.UNSPECIFIED]: 'INACTIVE',
  [ContainerInstanceStatus.REGISTERING]: 'REGISTERING',
  [ContainerInstanceStatus.ACTIVE]: 'ACTIVE',
  [ContainerInstanceStatus.DRAINING]: 'DRAINING',
  [ContainerInstanceStatus.INACTIVE]: 'INACTIVE',
}

/** An instance as placement sees it. */
export const toPlaceableInstance = (instance: ContainerInstance): PlaceableInstance => ({
  instanceId: instance.instanceId,
  externalId: instance.externalId,
  status: INSTANCE_STATUSES[instance.status] ?? 'INACTIVE',
  agentConnected: instance.agentConnected,
  agentVersion: instance.agentVersion,
  registeredAtMs: instance.registeredAtMs,
  resources: instance.resources ?? NO_RESOURCES,
  attributes: instance.attributes,
})

/** A task as placement sees it; `taskKey` tells tasks apart, also in the overlay. */
export function toBoundTask(taskKey: string, { spec = NO_SPEC, observed = NO_OBSERVATION }: Task): BoundTask {
  return {
    taskId: taskKey,
    containerInstanceId: spec.containerInstanceId,
    requirements: spec.requirements ?? NO_REQUIREMENTS,
    group: spec.group,
    isRunning: observed.lastStatus === TaskStatus.RUNNING,
  }
}

const SERVICE_STATUSES: Readonly<Record<number, DesiredService['status']>> = {
  [ServiceStatus.UNSPECIFIED]: 'INACTIVE',
  [ServiceStatus.ACTIVE]: 'ACTIVE',
  [ServiceStatus.DRAINING]: 'DRAINING',
  [ServiceStatus.INACTIVE]: 'INACTIVE',
}

function circuitBreakerOf(service: Service): DesiredService['circuitBreaker'] {
  if (!service.circuitBreakerEnabled) return 'off'
  return service.circuitBreakerRollback ? 'rollback' : 'stop'
}

/** What the user wants of a service. */
export const toDesiredService = (service: Service): DesiredService => ({
  name: service.name,
  status: SERVICE_STATUSES[service.status] ?? 'INACTIVE',
  strategy: service.schedulingStrategy === SchedulingStrategy.DAEMON ? 'daemon' : 'replica',
  incarnationId: service.incarnationId,
  desiredCount: service.desiredCount,
  primaryDeploymentId: service.primaryDeploymentId,
  minimumHealthyPercent: service.minimumHealthyPercent,
  maximumPercent: service.maximumPercent,
  circuitBreaker: circuitBreakerOf(service),
})

/** What decides about a task besides its row. */
export interface Surroundings {
  readonly host: TaskHost
  /** Whether its task definition has health checks. */
  readonly reportsHealth: boolean
}

const healthOf = ({ healthStatus }: TaskObservation, reportsHealth: boolean): TaskHealth => {
  if (healthStatus === HealthStatus.UNHEALTHY) return 'bad'
  return reportsHealth && healthStatus !== HealthStatus.HEALTHY ? 'awaited' : 'good'
}

/** A bound task as its service sees it. `taskId` is the task's own id, as in events. */
export function toServiceTask(task: Task, { host, reportsHealth }: Surroundings): ServiceTask {
  const { spec = NO_SPEC, observed = NO_OBSERVATION } = task
  return {
    taskId: task.taskId,
    deploymentId: spec.deploymentId,
    incarnationId: spec.incarnationId,
    containerInstanceId: spec.containerInstanceId,
    isToldToStop: task.desiredStatus === TaskStatus.STOPPED,
    lastStatus: taskStatusFromWire(observed.lastStatus) ?? 'PROVISIONING',
    health: healthOf(observed, reportsHealth),
    host,
    createdAtMs: spec.createdAtMs,
    startedAtMs: observed.startedAtMs,
    executionStoppedAtMs: observed.executionStoppedAtMs,
    protectedUntilMs: task.protectedUntilMs,
  }
}

/** A STOPPED task as back-off sees it. */
export function toStoppedTask(task: Task): StoppedTask {
  const { spec = NO_SPEC, observed = NO_OBSERVATION } = task
  const { executionStoppedAtMs, stoppedAtMs } = observed
  return {
    taskId: task.taskId,
    createdAtMs: spec.createdAtMs,
    startedAtMs: observed.startedAtMs,
    endedAtMs: executionStoppedAtMs === 0 ? stoppedAtMs : executionStoppedAtMs,
    // Of a task that ended by itself the gateway makes the agent's code the task's own.
    wasToldToStop: task.stopCode !== observed.stopCode,
    wasUnhealthy: task.stoppedReason === UNHEALTHY_REASON,
  }
}

const DEPLOYMENT_STATUSES: Readonly<Record<number, DeploymentStatus>> = {
  [ServiceDeploymentStatus.UNSPECIFIED]: 'PENDING',
  [ServiceDeploymentStatus.PENDING]: 'PENDING',
  [ServiceDeploymentStatus.IN_PROGRESS]: 'IN_PROGRESS',
  [ServiceDeploymentStatus.SUCCESSFUL]: 'SUCCESSFUL',
  [ServiceDeploymentStatus.STOPPED]: 'STOPPED',
  [ServiceDeploymentStatus.ROLLBACK_IN_PROGRESS]: 'ROLLBACK_IN_PROGRESS',
  [ServiceDeploymentStatus.ROLLBACK_SUCCESSFUL]: 'ROLLBACK_SUCCESSFUL',
  [ServiceDeploymentStatus.ROLLBACK_FAILED]: 'ROLLBACK_FAILED',
}

/** A deployment's status as the planner knows it. */
export const toDeploymentStatus = (status: ServiceDeploymentStatus): DeploymentStatus =>
  DEPLOYMENT_STATUSES[status] ?? 'STOPPED'

const WIRE_DEPLOYMENT_STATUSES: Readonly<Record<DeploymentStatus, ServiceDeploymentStatus>> = {
  PENDING: ServiceDeploymentStatus.PENDING,
  IN_PROGRESS: ServiceDeploymentStatus.IN_PROGRESS,
  SUCCESSFUL: ServiceDeploymentStatus.SUCCESSFUL,
  STOPPED: ServiceDeploymentStatus.STOPPED,
  ROLLBACK_IN_PROGRESS: ServiceDeploymentStatus.ROLLBACK_IN_PROGRESS,
  ROLLBACK_SUCCESSFUL: ServiceDeploymentStatus.ROLLBACK_SUCCESSFUL,
  ROLLBACK_FAILED: ServiceDeploymentStatus.ROLLBACK_FAILED,
}

/** The number of a deployment's status. */
export const fromDeploymentStatus = (status: DeploymentStatus): ServiceDeploymentStatus =>
  WIRE_DEPLOYMENT_STATUSES[status]
