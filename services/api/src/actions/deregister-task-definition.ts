import { clone } from '@bufbuild/protobuf'
import { RawJson } from '@homeport/aws-wire'
import { required } from '@homeport/base'
import { ecsError, parseTaskDefinitionReference } from '@homeport/ecs-api'
import { TransactionBuilder } from '@homeport/store'
import { TaskDefinitionSchema, TaskDefinitionStatus } from '@homeport/wire/types'
import { transact } from '../commit/transact.ts'
import { findTaskDefinition } from '../lookup/task-definitions.ts'
import type { ApiRequest } from '../ports.ts'
import { taskDefinitionJson } from '../view/task-definition-view.ts'
import type { EcsInput } from './action.ts'

/** Makes one revision INACTIVE: nothing new starts from it, what runs goes on. Repeating it changes nothing. */
export async function deregisterTaskDefinition(
  input: EcsInput<'DeregisterTaskDefinition'>,
  request: ApiRequest,
): Promise<RawJson> {
  const text = input.taskDefinition ?? ''
  const reference = parseTaskDefinitionReference(text, request.namespace)
  if (reference === undefined) throw ecsError('taskDefinitionUnknown')
  if (reference.revision === undefined) throw ecsError('taskDefinitionRevisionMissing')
  await transact(request, () => {
    const row = findTaskDefinition(request, text)
    if (row === undefined) throw ecsError('taskDefinitionUnknown')
    if (row.value.status !== TaskDefinitionStatus.ACTIVE) return { result: undefined }
    const deregistered = clone(TaskDefinitionSchema, row.value)
    deregistered.status = TaskDefinitionStatus.INACTIVE
    deregistered.deregisteredAtMs = request.ports.clock.now()
    return {
      transaction: new TransactionBuilder().update('taskDefinitions', row, deregistered),
      result: undefined,
    }
  })
  const row = required(findTaskDefinition(request, text), 'the task definition')
  return new RawJson(`{"taskDefinition":${taskDefinitionJson(row)}}`)
}
