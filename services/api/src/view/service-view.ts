import type {
  Deployment,
  DeploymentRolloutState,
  LaunchType,
  PlacementConstraint,
  PlacementStrategy,
  PropagateTags,
  Service,
  ServiceEvent,
} from '@aws-sdk/client-ecs'
import {
  clusterArn,
  serviceArn,
  serviceDeploymentArn,
  serviceRevisionArn,
  taskDefinitionArn,
} from '@homeport/domain'
import {
  type Row,
  SERVICE_EVENTS_MAX,
  type ServiceScope,
  serviceKey,
  serviceMemberKey,
} from '@homeport/store'
import {
  ContainerInstanceStatus,
  SchedulingStrategy,
  type ServiceDeployment,
  ServiceDeploymentStatus,
  type ServiceRevision,
  ServiceStatus,
  type Service as StoredService,
} from '@homeport/wire/types'
import type { ApiRequest } from '../ports.ts'
import { tagsOf } from './tags-view.ts'
import { dateOf, textOf } from './times.ts'

const STATUS_NAMES: Readonly<Record<ServiceStatus, string>> = {
  [ServiceStatus.UNSPECIFIED]: 'INACTIVE',
  [ServiceStatus.ACTIVE]: 'ACTIVE',
  [ServiceStatus.DRAINING]: 'DRAINING',
  [ServiceStatus.INACTIVE]: 'INACTIVE',
}

const ROLLOUT_STATES: Readonly<Record<ServiceDeploymentStatus, DeploymentRolloutState>> = {
  [ServiceDeploymentStatus.UNSPECIFIED]: 'IN_PROGRESS',
  [ServiceDeploymentStatus.PENDING]: 'IN_PROGRESS',
  [ServiceDeploymentStatus.IN_PROGRESS]: 'IN_PROGRESS',
  [ServiceDeploymentStatus.SUCCESSFUL]: 'COMPLETED',
  [ServiceDeploymentStatus.STOPPED]: 'FAILED',
  [ServiceDeploymentStatus.ROLLBACK_IN_PROGRESS]: 'FAILED',
  [ServiceDeploymentStatus.ROLLBACK_SUCCESSFUL]: 'FAILED',
  [ServiceDeploymentStatus.ROLLBACK_FAILED]: 'FAILED',
}

/** ECS's `id` of a deployment, and the `startedBy` of its tasks. */
export const deploymentName = (deploymentId: string): string => `ecs-svc/${deploymentId}`

/** ECS's name of how a service is scheduled. */
export const schedulingStrategyOf = ({ schedulingStrategy }: StoredService): 'DAEMON' | 'REPLICA' =>
  schedulingStrategy === SchedulingStrategy.DAEMON ? 'DAEMON' : 'REPLICA'

/** Where a service is. */
export const serviceScopeOf = ({ accountId, region, cluster, name }: StoredService): ServiceScope => ({
  accountId,
  region,
  cluster,
  service: name,
})

/** A service as ECS shows it. */
export function serviceView(
  request: ApiRequest,
  row: Row<'services'>,
  options: { withTags: boolean },
): Service {
  const service = row.value
  const { runningCount, pendingCount } = request.ports.counts.ofService(row.key, service.incarnationId)
  const deployments = shownDeployments(request, row)
  const revision = primaryRevision(request, service)
  return {
    serviceArn: serviceArn(service, service.cluster, service.name),
    serviceName: service.name,
    clusterArn: clusterArn(service, service.cluster),
    loadBalancers: [],
    serviceRegistries: [],
    status: STATUS_NAMES[service.status],
    desiredCount: service.desiredCount,
    runningCount,
    pendingCount,
    deploymentConfiguration: deploymentConfigurationOf(service),
    deployments: deployments.map((deployment) => deploymentView(request, row, deployment)),
    events: eventsOf(request, service),
    createdAt: dateOf(service.createdAtMs),
    createdBy: textOf(service.createdBy),
    schedulingStrategy: schedulingStrategyOf(service),
    deploymentController: { type: 'ECS' },
    propagateTags: (textOf(service.propagateTags) ?? 'NONE') as PropagateTags,
    tags: options.withTags ? tagsOf(service.tags) : [],
    availabilityZoneRebalancing: 'DISABLED',
    ...(revision !== undefined && revisionMembers(revision)),
    ...currentMembers(request, row, deployments),
  }
}

/** What a revision says of its service. */
export function revisionMembers(revision: ServiceRevision): Partial<Service> {
  return {
    taskDefinition: taskDefinitionArn(revision, revision.taskDefinition),
    launchType: revision.launchType as LaunchType,
    placementConstraints: revision.placementConstraints.map(
      ({ type, expression }) => ({ type, ...(expression !== '' && { expression }) }) as PlacementConstraint,
    ),
    placementStrategy: revision.placementStrategies.map(
      ({ type, field }) => ({ type, ...(field !== '' && { field }) }) as PlacementStrategy,
    ),
    enableECSManagedTags: revision.enableEcsManagedTags,
    enableExecuteCommand: revision.enableExecuteCommand,
  }
}

/** How a service deploys, as ECS shows it. */
export const deploymentConfigurationOf = (service: StoredService): Service['deploymentConfiguration'] => ({
  deploymentCircuitBreaker: {
    enable: service.circuitBreakerEnabled,
    rollback: service.circuitBreakerRollback,
  },
  maximumPercent: service.maximumPercent,
  minimumHealthyPercent: service.minimumHealthyPercent,
  strategy: 'ROLLING',
  bakeTimeInMinutes: 0,
})

/** The revision of a service, as long as it is kept. */
function revisionOf(
  request: ApiRequest,
  service: StoredService,
  revisionId: string,
): ServiceRevision | undefined {
  if (revisionId === '') return undefined
  const key = serviceMemberKey(serviceScopeOf(service), revisionId)
  return request.ports.state.reader.view.table('serviceRevisions').get(key)?.value
}

/** The revision that a service moves to or has reached. */
export function primaryRevision(request: ApiRequest, service: StoredService): ServiceRevision | undefined {
  const key = serviceMemberKey(serviceScopeOf(service), service.primaryDeploymentId)
  const deployment = request.ports.state.reader.view.table('serviceDeployments').get(key)
  return revisionOf(request, service, deployment?.value.targetRevisionId ?? '')
}

/**
 * The primary deployment, then those that still have tasks, newest first: wanted ones, or such as an agent within reach is
 * stopping. What a lost host was told to stop was replaced and would be listed for as long as the host is away.
 */
export function shownDeployments(request: ApiRequest, row: Row<'services'>): Row<'serviceDeployments'>[] {
  const service = row.value
  const isPrimary = ({ value }: Row<'serviceDeployments'>): boolean =>
    value.deploymentId === service.primaryDeploymentId
  const isShown = (deployment: Row<'serviceDeployments'>): boolean =>
    service.status !== ServiceStatus.INACTIVE &&
    deployment.value.incarnationId === service.incarnationId &&
    (isPrimary(deployment) || hasTasks(request, row.key, deployment.value.deploymentId))
  return [...request.ports.state.reader.view.table('serviceDeployments').find('service', row.key)]
    .filter(isShown)
    .sort(
      (first, second) =>
        Number(isPrimary(second)) - Number(isPrimary(first)) ||
        second.value.createdAtMs - first.value.createdAtMs,
    )
}

function hasTasks({ ports }: ApiRequest, serviceRowKey: string, deploymentId: string): boolean {
  if (ports.counts.ofDeployment(serviceRowKey, deploymentId).wantedCount > 0) return true
  const instances = ports.state.reader.view.table('containerInstances')
  for (const instanceKey of ports.counts.endingOn(serviceRowKey, deploymentId)) {
    const instance = instances.get(instanceKey)?.value
    const isPresent = instance !== undefined && instance.status !== ContainerInstanceStatus.INACTIVE
    if (isPresent && instance.agentConnected) return true
  }
  return false
}

function deploymentView(
  request: ApiRequest,
  row: Row<'services'>,
  { value: deployment }: Row<'serviceDeployments'>,
): Deployment {
  const service = row.value
  const counts = request.ports.counts.ofDeployment(row.key, deployment.deploymentId)
  const isPrimary = deployment.deploymentId === service.primaryDeploymentId
  const revision = revisionOf(request, service, deployment.targetRevisionId)
  return {
    id: deploymentName(deployment.deploymentId),
    status: isPrimary ? 'PRIMARY' : 'ACTIVE',
    ...(revision !== undefined && {
      taskDefinition: taskDefinitionArn(revision, revision.taskDefinition),
      launchType: revision.launchType as LaunchType,
    }),
    desiredCount: isPrimary ? service.desiredCount : counts.wantedCount,
    pendingCount: counts.pendingCount,
    runningCount: counts.runningCount,
    failedTasks: deployment.consecutiveFailedCount,
    createdAt: dateOf(deployment.createdAtMs),
    updatedAt: dateOf(deployment.updatedAtMs),
    rolloutState: ROLLOUT_STATES[deployment.status],
    rolloutStateReason: rolloutReasonOf(deployment),
  }
}

function rolloutReasonOf({ statusReason, deploymentId, status }: ServiceDeployment): string {
  if (statusReason !== '') return statusReason
  const words = ROLLOUT_STATES[status] === 'COMPLETED' ? 'completed' : 'in progress'
  return `ECS deployment ${deploymentName(deploymentId)} ${words}.`
}

function currentMembers(
  request: ApiRequest,
  row: Row<'services'>,
  deployments: readonly Row<'serviceDeployments'>[],
): Partial<Service> {
  const { value: service } = row
  const path = { cluster: service.cluster, service: service.name }
  return {
    currentServiceRevisions: deployments.map(({ value }) => {
      const counts = request.ports.counts.ofDeployment(row.key, value.deploymentId)
      return {
        arn: serviceRevisionArn(service, path, value.targetRevisionId),
        requestedTaskCount:
          value.deploymentId === service.primaryDeploymentId ? service.desiredCount : counts.wantedCount,
        runningTaskCount: counts.runningCount,
        pendingTaskCount: counts.pendingCount,
      }
    }),
    ...(deployments.length > 0 && {
      currentServiceDeployment: serviceDeploymentArn(service, path, service.primaryDeploymentId),
    }),
  }
}

/** Newest first. */
function eventsOf(request: ApiRequest, service: StoredService): ServiceEvent[] {
  const key = serviceKey(serviceScopeOf(service))
  return [...request.ports.state.reader.view.table('serviceEvents').find('service', key)]
    .map(({ value }) => value)
    .filter(({ incarnationId }) => incarnationId === service.incarnationId)
    .sort((first, second) => second.sequence - first.sequence)
    .slice(0, SERVICE_EVENTS_MAX)
    .map(({ eventId, createdAtMs, message }) => ({ id: eventId, createdAt: dateOf(createdAtMs), message }))
}
