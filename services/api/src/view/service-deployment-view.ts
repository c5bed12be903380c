import type {
  ContainerImage,
  ServiceDeployment,
  ServiceDeploymentBrief,
  ServiceDeploymentStatus as ServiceDeploymentStatusName,
  ServiceRevision,
  ServiceRevisionSummary,
} from '@aws-sdk/client-ecs'
import {
  clusterArn,
  serviceArn,
  serviceDeploymentArn,
  serviceRevisionArn,
  taskDefinitionArn,
} from '@homeport/domain'
import { parseDocument } from '@homeport/ecs-api'
import { namespaceMemberKey, type Row, serviceKey } from '@homeport/store'
import {
  ServiceDeploymentStatus,
  ServiceDeploymentStatusSchema,
  type ServiceDeployment as StoredDeployment,
  type ServiceRevision as StoredRevision,
  type Service as StoredService,
} from '@homeport/wire/types'
import type { ApiRequest } from '../ports.ts'
import { deploymentConfigurationOf, revisionMembers } from './service-view.ts'
import { dateOf, textOf } from './times.ts'

/** The status of a deployment in ECS's words, which are those of the stored one. */
export const deploymentStatusOf = ({ status }: StoredDeployment): ServiceDeploymentStatusName =>
  (status === ServiceDeploymentStatus.UNSPECIFIED
    ? 'PENDING'
    : (ServiceDeploymentStatusSchema.value[status]?.localName ?? 'PENDING')) as ServiceDeploymentStatusName

/** A deployment as ECS lists it. */
export function serviceDeploymentBrief(deployment: StoredDeployment): ServiceDeploymentBrief {
  const status = deploymentStatusOf(deployment)
  return {
    ...placeOf(deployment),
    serviceDeploymentArn: serviceDeploymentArn(deployment, deployment, deployment.deploymentId),
    targetServiceRevisionArn: serviceRevisionArn(deployment, deployment, deployment.targetRevisionId),
    createdAt: dateOf(deployment.createdAtMs),
    startedAt: status === 'PENDING' ? undefined : dateOf(deployment.createdAtMs),
    finishedAt: dateOf(deployment.finishedAtMs),
    status,
    statusReason: textOf(deployment.statusReason),
  }
}

/** A deployment as ECS describes it; what its service says of deployments is as it is now. */
export function serviceDeploymentView(
  request: ApiRequest,
  { value: deployment }: Row<'serviceDeployments'>,
): ServiceDeployment {
  const service = serviceOf(request, deployment)
  const { targetServiceRevisionArn: _arn, ...brief } = serviceDeploymentBrief(deployment)
  const summaryOf = (revisionId: string): ServiceRevisionSummary =>
    summary(request, { deployment, revisionId, service })
  return {
    ...brief,
    updatedAt: dateOf(deployment.updatedAtMs),
    stoppedAt: brief.status === 'STOPPED' ? brief.finishedAt : undefined,
    sourceServiceRevisions: deployment.sourceRevisionIds.map(summaryOf),
    targetServiceRevision: summaryOf(deployment.targetRevisionId),
    deploymentConfiguration: service === undefined ? undefined : deploymentConfigurationOf(service),
  }
}

/** A revision as ECS describes it. */
export function serviceRevisionView(
  request: ApiRequest,
  { value: revision }: Row<'serviceRevisions'>,
): ServiceRevision {
  const { launchType } = revisionMembers(revision)
  return {
    ...placeOf(revision),
    serviceRevisionArn: serviceRevisionArn(revision, revision, revision.revisionId),
    taskDefinition: taskDefinitionArn(revision, revision.taskDefinition),
    launchType,
    loadBalancers: [],
    serviceRegistries: [],
    containerImages: imagesOf(request, revision),
    guardDutyEnabled: false,
    createdAt: dateOf(revision.createdAtMs),
  }
}

const placeOf = (member: StoredDeployment | StoredRevision): { serviceArn: string; clusterArn: string } => ({
  serviceArn: serviceArn(member, member.cluster, member.service),
  clusterArn: clusterArn(member, member.cluster),
})

/** The service of a deployment, unless another one of its name has taken its place. */
function serviceOf(request: ApiRequest, deployment: StoredDeployment): StoredService | undefined {
  const service = request.ports.state.reader.view.table('services').get(serviceKey(deployment))?.value
  return service?.incarnationId === deployment.incarnationId ? service : undefined
}

interface SummaryPlace {
  readonly deployment: StoredDeployment
  readonly revisionId: string
  readonly service: StoredService | undefined
}

/** The tasks of a revision are those of every deployment that moved the service to it. */
function summary(
  request: ApiRequest,
  { deployment, revisionId, service }: SummaryPlace,
): ServiceRevisionSummary {
  const key = serviceKey(deployment)
  let [requestedTaskCount, runningTaskCount, pendingTaskCount] = [0, 0, 0]
  for (const { value } of request.ports.state.reader.view.table('serviceDeployments').find('service', key)) {
    if (value.targetRevisionId !== revisionId) continue
    const counts = request.ports.counts.ofDeployment(key, value.deploymentId)
    const isPrimary = value.deploymentId === service?.primaryDeploymentId
    requestedTaskCount += isPrimary ? service.desiredCount : counts.wantedCount
    runningTaskCount += counts.runningCount
    pendingTaskCount += counts.pendingCount
  }
  const arn = serviceRevisionArn(deployment, deployment, revisionId)
  return { arn, requestedTaskCount, runningTaskCount, pendingTaskCount }
}

function imagesOf(request: ApiRequest, revision: StoredRevision): ContainerImage[] {
  const key = namespaceMemberKey(revision, revision.taskDefinition)
  const definition = request.ports.state.reader.view.table('taskDefinitions').get(key)
  if (definition === undefined) return []
  return parseDocument(definition.value.document).containerDefinitions.map(({ name, image }) => ({
    containerName: name,
    image,
  }))
}
