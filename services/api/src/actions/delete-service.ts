import { clone } from '@bufbuild/protobuf'
import { required } from '@homeport/base'
import { ecsError } from '@homeport/ecs-api'
import { type ClusterScope, TransactionBuilder } from '@homeport/store'
import { SchedulingStrategy, ServiceSchema, ServiceStatus } from '@homeport/wire/types'
import { type Attempt, transact } from '../commit/transact.ts'
import { requireClusterScope } from '../lookup/clusters.ts'
import { findService } from '../lookup/members.ts'
import type { ApiRequest } from '../ports.ts'
import { serviceView } from '../view/service-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/**
 * Deletes a service that is scaled to 0, or any with `force`. It is DRAINING until its last task has stopped, then
 * INACTIVE, and stays describable. Deleting a DRAINING one again changes nothing.
 */
export async function deleteService(
  input: EcsInput<'DeleteService'>,
  request: ApiRequest,
): Promise<EcsOutput<'DeleteService'>> {
  const scope = requireClusterScope(request, input.cluster)
  await transact(request, () => attempt(input, request, scope))
  const { row } = findService(request, scope, input.service ?? '')
  return { service: serviceView(request, required(row, 'the service'), { withTags: true }) }
}

function attempt(input: EcsInput<'DeleteService'>, request: ApiRequest, scope: ClusterScope): Attempt<void> {
  const { row } = findService(request, scope, input.service ?? '')
  if (row === undefined || row.value.status === ServiceStatus.INACTIVE) throw ecsError('serviceNotFound')
  if (row.value.status === ServiceStatus.DRAINING) return { result: undefined }
  // A daemon has no count that its user could scale down.
  const isScaled = row.value.schedulingStrategy !== SchedulingStrategy.DAEMON && row.value.desiredCount > 0
  if (isScaled && input.force !== true) throw ecsError('serviceScaled')
  const service = clone(ServiceSchema, row.value)
  service.status = ServiceStatus.DRAINING
  service.desiredCount = 0
  service.generation += 1
  return { transaction: new TransactionBuilder().update('services', row, service), result: undefined }
}
