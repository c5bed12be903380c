/**
 * CreateService: the service, its first revision and its first deployment, all or nothing.
 *
 * Model: what was asked is remembered beside the service as a hash, so that the same request again answers the
 * service as it is, and another request for the same name is refused. A deleted service leaves its name free; the
 * new one is told apart by its incarnation, and what is left of the old one goes.
 */
import { create } from '@bufbuild/protobuf'
import { required } from '@homeport/base'
import {
  checkCircuitBreaker,
  checkClientToken,
  checkDeploymentConfiguration,
  checkDesiredCount,
  checkLaunch,
  checkPlacement,
  checkServiceName,
  checkTags,
  DAEMON_PERCENTS,
  DEFAULT_PERCENTS,
  ecsError,
  NO_CIRCUIT_BREAKER,
  refuseDaemonMembers,
  refuseUnavailableCreation,
} from '@homeport/ecs-api'
import { type ClusterScope, joinKey, type Row, serviceKey, TransactionBuilder } from '@homeport/store'
import {
  IdempotencyRecordSchema,
  SchedulingStrategy,
  type Service,
  ServiceSchema,
  ServiceStatus,
} from '@homeport/wire/types'
import { type Attempt, transact } from '../commit/transact.ts'
import { addDeployment, type RevisionSettings } from '../deployments/new-deployment.ts'
import { requestHash } from '../launch/request-hash.ts'
import { requireCluster } from '../lookup/clusters.ts'
import { requireActiveTaskDefinition } from '../lookup/task-definitions.ts'
import type { ApiRequest } from '../ports.ts'
import { serviceScopeOf, serviceView } from '../view/service-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Creates a service; the same request again answers the service as it is. */
export async function createService(
  input: EcsInput<'CreateService'>,
  request: ApiRequest,
): Promise<EcsOutput<'CreateService'>> {
  const draft = checkRequest(input, request)
  await transact(request, () => attempt(request, draft))
  const row = request.ports.state.reader.view.table('services').get(draft.key)
  return { service: serviceView(request, required(row, 'the service'), { withTags: true }) }
}

interface Draft {
  /** Of the service's row. */
  readonly key: string
  readonly service: Service
  readonly settings: RevisionSettings
  readonly hash: Uint8Array
}

function checkRequest(input: EcsInput<'CreateService'>, request: ApiRequest): Draft {
  const cluster = requireCluster(request, input.cluster)
  const name = checkServiceName(input.serviceName)
  refuseUnavailableCreation(input)
  if (input.taskDefinition === undefined) throw ecsError('memberBlank', { member: 'TaskDefinition' })
  const definition = requireActiveTaskDefinition(request, input.taskDefinition)
  const scope: ClusterScope = { ...request.namespace, cluster: cluster.value.name }
  const isDaemon = input.schedulingStrategy === 'DAEMON'
  if (isDaemon) refuseDaemonMembers(input)
  const percents = checkDeploymentConfiguration(
    input.deploymentConfiguration,
    isDaemon ? DAEMON_PERCENTS : DEFAULT_PERCENTS,
  )
  const placement = checkPlacement(input.placementConstraints, input.placementStrategy)
  const { clientToken: _clientToken, cluster: _cluster, ...rest } = input
  const service = create(ServiceSchema, {
    ...scope,
    name,
    status: ServiceStatus.ACTIVE,
    schedulingStrategy: isDaemon ? SchedulingStrategy.DAEMON : SchedulingStrategy.REPLICA,
    // Of a daemon the scheduler counts the instances.
    desiredCount: isDaemon ? 0 : checkDesiredCount(input.desiredCount),
    ...percents,
    ...checkCircuitBreaker(input.deploymentConfiguration, NO_CIRCUIT_BREAKER),
    createdAtMs: request.ports.clock.now(),
    createdBy: request.context.principal.arn,
    tags: checkTags(input.tags).map((tag) => ({ ...tag })),
    propagateTags: input.propagateTags === 'NONE' ? '' : (input.propagateTags ?? ''),
    document: '{}',
    incarnationId: request.ports.ids.uuid(),
    generation: 1,
  })
  return {
    key: serviceKey({ ...scope, service: name }),
    service,
    settings: {
      taskDefinition: `${definition.value.family}:${definition.value.revision}`,
      launchType: checkLaunch(input),
      placementConstraints: placement.constraints,
      placementStrategies: placement.strategies,
      enableEcsManagedTags: input.enableECSManagedTags ?? false,
      enableExecuteCommand: false,
    },
    hash: requestHash({ ...rest, cluster: cluster.value.name, token: checkClientToken(input.clientToken) }),
  }
}

function attempt(request: ApiRequest, draft: Draft): Attempt<void> {
  const { service } = draft
  const existing = request.ports.state.reader.view.table('services').get(draft.key)
  if (existing !== undefined && existing.value.status !== ServiceStatus.INACTIVE) {
    requireSame(request, draft, existing)
    return { result: undefined }
  }
  // Unchanged, and not merely there: a cluster that is deleted meanwhile must not get a service.
  const cluster = requireCluster(request, service.cluster)
  const transaction = new TransactionBuilder().expectUnchanged('clusters', cluster)
  if (existing !== undefined) removeRemains(request, transaction, existing)
  const { accountId, region, incarnationId } = service
  const primaryDeploymentId = addDeployment(request, transaction, {
    service: { ...serviceScopeOf(service), incarnationId, sourceRevisionIds: [] },
    settings: draft.settings,
  })
  const created = { ...service, primaryDeploymentId }
  if (existing === undefined) transaction.insert('services', created)
  else transaction.update('services', existing, created)
  transaction.put(
    'idempotency',
    create(IdempotencyRecordSchema, {
      accountId,
      region,
      operation: OPERATION,
      clientToken: tokenOf(draft),
      requestHash: draft.hash,
      resultKeys: [draft.key, incarnationId],
      createdAtMs: service.createdAtMs,
    }),
  )
  return { transaction, result: undefined }
}

const OPERATION = 'CreateService'

/** A service is created at most once at a time, so its own name is the token; the caller's is in the hash. */
const tokenOf = ({ service }: Draft): string => `${service.cluster}/${service.name}`

/** @throws {EcsError} when the existing service was not created by this very request. */
function requireSame(request: ApiRequest, draft: Draft, { value }: Row<'services'>): void {
  if (value.status === ServiceStatus.DRAINING) throw ecsError('serviceDraining')
  const { accountId, region } = value
  const key = joinKey(accountId, region, OPERATION, encodeURIComponent(tokenOf(draft)))
  const record = request.ports.state.reader.view.table('idempotency').get(key)?.value
  const isSame =
    record?.resultKeys[1] === value.incarnationId && Buffer.compare(record.requestHash, draft.hash) === 0
  if (!isSame) throw ecsError('serviceNotIdempotent')
}

/** Deployments, revisions and events of the service that had the name before. */
function removeRemains(request: ApiRequest, transaction: TransactionBuilder, row: Row<'services'>): void {
  const { view } = request.ports.state.reader
  for (const table of ['serviceDeployments', 'serviceRevisions', 'serviceEvents'] as const) {
    for (const remains of view.table(table).find('service', row.key)) transaction.delete(table, remains.key)
  }
}
