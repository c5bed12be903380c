/**
 * DeregisterContainerInstance: an instance leaves its cluster for good; its gateway ends the agent's session.
 *
 * Intuition: with `force` the instance's tasks are orphans as in ECS: their containers go on, and nobody will report on
 * them again. So they become STOPPED here and now, or else their services would wait for them for ever.
 * Model: the instance becomes INACTIVE first, which keeps new tasks away (placement expects the row that it saw), then
 * its tasks are ended, as many at a time as a transaction holds. The scheduler's orphan loop ends what is left when this
 * is interrupted, and may be there first.
 */
import { create } from '@bufbuild/protobuf'
import { required } from '@homeport/base'
import { endOrphan } from '@homeport/domain'
import { ecsError } from '@homeport/ecs-api'
import { type ClusterScope, type Row, TransactionBuilder } from '@homeport/store'
import { ContainerInstanceStatus, TaskObservationSchema } from '@homeport/wire/types'
import { transact } from '../commit/transact.ts'
import { requireClusterScope } from '../lookup/clusters.ts'
import { findInstance } from '../lookup/members.ts'
import type { ApiRequest } from '../ports.ts'
import { containerInstanceView } from '../view/container-instance-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Rows of tasks are a few kilobytes; so many stay well below the size of a transaction. */
const ORPHANS_PER_TRANSACTION_MAX = 50

/** Deregisters an instance; one that has tasks only by force. Repeating it changes nothing. */
export async function deregisterContainerInstance(
  input: EcsInput<'DeregisterContainerInstance'>,
  request: ApiRequest,
): Promise<EcsOutput<'DeregisterContainerInstance'>> {
  const scope = requireClusterScope(request, input.cluster)
  const reference = input.containerInstance ?? ''
  if (reference === '') throw ecsError('memberBlank', { member: 'Container instance' })
  const isForced = input.force === true
  await transact(request, () => {
    const row = requireInstance(request, scope, reference)
    if (row.value.status === ContainerInstanceStatus.INACTIVE) return { result: undefined }
    if (!isForced && boundTasks(request, row.key).length > 0) throw ecsError('instanceHasTasks')
    const inactive = { ...row.value, status: ContainerInstanceStatus.INACTIVE }
    return {
      transaction: new TransactionBuilder().update('containerInstances', row, inactive),
      result: undefined,
    }
  })
  if (isForced) await endOrphans(request, requireInstance(request, scope, reference).key)
  const { row } = findInstance(request, scope, reference)
  return { containerInstance: containerInstanceView(request, required(row, 'the instance')) }
}

function requireInstance(request: ApiRequest, scope: ClusterScope, text: string): Row<'containerInstances'> {
  const { id, row } = findInstance(request, scope, text)
  if (row === undefined) throw ecsError('instanceNotFound', { id })
  return row
}

const boundTasks = (request: ApiRequest, instanceKey: string): Row<'tasks'>[] => [
  ...request.ports.state.reader.view.table('tasks').find('boundInstance', instanceKey),
]

async function endOrphans(request: ApiRequest, instanceKey: string): Promise<void> {
  while (boundTasks(request, instanceKey).length > 0) {
    await transact(request, () => {
      const transaction = new TransactionBuilder()
      const options = { nowMs: request.ports.clock.now(), unseen: create(TaskObservationSchema) }
      for (const row of boundTasks(request, instanceKey).slice(0, ORPHANS_PER_TRANSACTION_MAX)) {
        transaction.update('tasks', row, endOrphan(row.value, options))
      }
      return { transaction, result: undefined }
    })
  }
}
