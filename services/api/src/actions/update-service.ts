/**
 * UpdateService: changes what is wanted. When what tasks are started from changes, or a new deployment is forced,
 * the service gets a new revision and moves to it; everything else takes effect where it is.
 */
import { clone } from '@bufbuild/protobuf'
import { required } from '@homeport/base'
import {
  checkCircuitBreaker,
  checkDeploymentConfiguration,
  checkDesiredCount,
  checkLaunch,
  checkPlacement,
  ecsError,
  refuseDaemonMembers,
  refuseUnavailableService,
} from '@homeport/ecs-api'
import { type ClusterScope, type Row, TransactionBuilder } from '@homeport/store'
import {
  SchedulingStrategy,
  type Service,
  type ServiceRevision,
  ServiceSchema,
  ServiceStatus,
} from '@homeport/wire/types'
import { type Attempt, transact } from '../commit/transact.ts'
import { addDeployment, type RevisionSettings } from '../deployments/new-deployment.ts'
import { requireClusterScope } from '../lookup/clusters.ts'
import { findService } from '../lookup/members.ts'
import { requireActiveTaskDefinition } from '../lookup/task-definitions.ts'
import type { ApiRequest } from '../ports.ts'
import { primaryRevision, serviceScopeOf, serviceView, shownDeployments } from '../view/service-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Changes an ACTIVE service. */
export async function updateService(
  input: EcsInput<'UpdateService'>,
  request: ApiRequest,
): Promise<EcsOutput<'UpdateService'>> {
  const scope = requireClusterScope(request, input.cluster)
  await transact(request, () => attempt(input, request, scope))
  const { row } = findService(request, scope, input.service ?? '')
  return { service: serviceView(request, required(row, 'the service'), { withTags: true }) }
}

function attempt(input: EcsInput<'UpdateService'>, request: ApiRequest, scope: ClusterScope): Attempt<void> {
  const row = requireActiveService(request, scope, input.service)
  const service = changedService(input, row.value)
  const current = required(primaryRevision(request, row.value), 'the revision of the primary deployment')
  const settings = changedSettings(input, request, current)
  const transaction = new TransactionBuilder()
  if (input.forceNewDeployment === true || !isSameSettings(settings, current)) {
    service.primaryDeploymentId = addDeployment(request, transaction, {
      service: {
        ...serviceScopeOf(service),
        incarnationId: service.incarnationId,
        sourceRevisionIds: shownDeployments(request, row).map(({ value }) => value.targetRevisionId),
      },
      settings,
    })
  }
  return { transaction: transaction.update('services', row, service), result: undefined }
}

function requireActiveService(
  request: ApiRequest,
  scope: ClusterScope,
  reference: string | undefined,
): Row<'services'> {
  if (reference === undefined || reference === '') throw ecsError('memberBlank', { member: 'Service' })
  const { row } = findService(request, scope, reference)
  if (row === undefined) throw ecsError('serviceNotFound')
  if (row.value.status !== ServiceStatus.ACTIVE) throw ecsError('serviceNotActive')
  return row
}

function changedService(input: EcsInput<'UpdateService'>, current: Service): Service {
  refuseUnavailableService(input)
  if (current.schedulingStrategy === SchedulingStrategy.DAEMON) refuseDaemonMembers(input)
  const service = clone(ServiceSchema, current)
  Object.assign(service, checkDeploymentConfiguration(input.deploymentConfiguration, current))
  Object.assign(service, checkCircuitBreaker(input.deploymentConfiguration, current))
  if (input.desiredCount !== undefined) service.desiredCount = checkDesiredCount(input.desiredCount)
  if (input.propagateTags !== undefined) {
    service.propagateTags = input.propagateTags === 'NONE' ? '' : input.propagateTags
  }
  service.generation += 1
  return service
}

function changedSettings(
  input: EcsInput<'UpdateService'>,
  request: ApiRequest,
  current: ServiceRevision,
): RevisionSettings {
  checkLaunch(input)
  const placement = checkPlacement(input.placementConstraints, input.placementStrategy)
  return {
    taskDefinition:
      input.taskDefinition === undefined
        ? current.taskDefinition
        : nameOf(requireActiveTaskDefinition(request, input.taskDefinition)),
    launchType: current.launchType,
    placementConstraints:
      input.placementConstraints === undefined ? current.placementConstraints : placement.constraints,
    placementStrategies:
      input.placementStrategy === undefined ? current.placementStrategies : placement.strategies,
    enableEcsManagedTags: input.enableECSManagedTags ?? current.enableEcsManagedTags,
    enableExecuteCommand: false,
  }
}

const nameOf = ({ value }: Row<'taskDefinitions'>): string => `${value.family}:${value.revision}`

/** Lists are compared with their order: the order of strategies means something. */
const isSameSettings = (settings: RevisionSettings, current: ServiceRevision): boolean =>
  settings.taskDefinition === current.taskDefinition &&
  settings.enableEcsManagedTags === current.enableEcsManagedTags &&
  isSameList(settings.placementConstraints, current.placementConstraints, ['type', 'expression']) &&
  isSameList(settings.placementStrategies, current.placementStrategies, ['type', 'field'])

function isSameList(
  first: readonly object[],
  second: readonly object[],
  members: readonly string[],
): boolean {
  const textOf = (list: readonly object[]): string =>
    JSON.stringify(list.map((item) => members.map((member) => Reflect.get(item, member))))
  return textOf(first) === textOf(second)
}
