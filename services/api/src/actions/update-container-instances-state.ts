import type { ContainerInstance, Failure } from '@aws-sdk/client-ecs'
import { containerInstanceArn } from '@homeport/domain'
import { ecsError } from '@homeport/ecs-api'
import { type ClusterScope, TransactionBuilder } from '@homeport/store'
import { ContainerInstanceStatus } from '@homeport/wire/types'
import { transact } from '../commit/transact.ts'
import { requireClusterScope } from '../lookup/clusters.ts'
import { findInstance, requireList } from '../lookup/members.ts'
import type { ApiRequest } from '../ports.ts'
import { containerInstanceView, instanceStatusOf } from '../view/container-instance-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** ECS changes at most so many instances at once. */
const INSTANCES_MAX = 10

const WANTED: Readonly<Record<string, ContainerInstanceStatus>> = {
  ACTIVE: ContainerInstanceStatus.ACTIVE,
  DRAINING: ContainerInstanceStatus.DRAINING,
}

/**
 * Makes instances ACTIVE or DRAINING. A DRAINING one gets no new tasks, and the service loop moves its services' tasks
 * away. Each instance is changed for itself: those that cannot be are failures.
 */
export async function updateContainerInstancesState(
  input: EcsInput<'UpdateContainerInstancesState'>,
  request: ApiRequest,
): Promise<EcsOutput<'UpdateContainerInstancesState'>> {
  const scope = requireClusterScope(request, input.cluster)
  const status = WANTED[input.status ?? '']
  if (status === undefined) throw ecsError('instanceStatus')
  const references = requireList(input.containerInstances, 'Container instances', INSTANCES_MAX)
  const ids = [...new Set(references.map((text) => findInstance(request, scope, text).id))]
  const containerInstances: ContainerInstance[] = []
  const failures: Failure[] = []
  for (const id of ids) {
    const reason = await changeStatus(request, scope, { id, status })
    const { row } = findInstance(request, scope, id)
    if (reason !== undefined) {
      failures.push({ arn: containerInstanceArn(scope, scope.cluster, id), reason })
    } else if (row !== undefined) containerInstances.push(containerInstanceView(request, row))
  }
  return { containerInstances, failures }
}

/** @returns why the instance is left as it is; `undefined`: it has the status now. */
const changeStatus = (
  request: ApiRequest,
  scope: ClusterScope,
  { id, status }: { readonly id: string; readonly status: ContainerInstanceStatus },
): Promise<string | undefined> =>
  transact<string | undefined>(request, () => {
    const { row } = findInstance(request, scope, id)
    if (row === undefined) return { result: 'MISSING' }
    if (row.value.status === status) return { result: undefined }
    const canChange =
      row.value.status === ContainerInstanceStatus.ACTIVE ||
      row.value.status === ContainerInstanceStatus.DRAINING
    if (!canChange) return { result: instanceStatusOf(row.value) }
    const transaction = new TransactionBuilder().update('containerInstances', row, { ...row.value, status })
    return { transaction, result: undefined }
  })
