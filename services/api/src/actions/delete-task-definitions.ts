import { RawJson } from '@homeport/aws-wire'
import { required } from '@homeport/base'
import { parseTaskDefinitionReference } from '@homeport/ecs-api'
import { TransactionBuilder } from '@homeport/store'
import { TaskDefinitionStatus } from '@homeport/wire/types'
import { transact } from '../commit/transact.ts'
import { requireList } from '../lookup/members.ts'
import { findTaskDefinition } from '../lookup/task-definitions.ts'
import type { ApiRequest } from '../ports.ts'
import { taskDefinitionJson } from '../view/task-definition-view.ts'
import type { EcsInput } from './action.ts'

/** ECS deletes at most so many revisions at once. */
const DEFINITIONS_MAX = 10

const REASONS = {
  invalid: 'The specified task definition identifier is invalid. Specify a valid name or ARN and try again.',
  missing:
    'The specified task definition does not exist. Specify a valid account, family, revision and try again.',
  active:
    'The specified task definition is still in ACTIVE status. Please deregister the target and try again.',
} as const

/**
 * Deletes deregistered revisions: from now on nothing new refers to them, what runs goes on. Each is deleted for itself:
 * those that cannot be are failures. Repeating it changes nothing.
 */
export async function deleteTaskDefinitions(
  input: EcsInput<'DeleteTaskDefinitions'>,
  request: ApiRequest,
): Promise<RawJson> {
  const references = new Set(requireList(input.taskDefinitions, 'Task definitions', DEFINITIONS_MAX))
  // ARNs of something else refuse the whole request, which must then not have deleted anything.
  for (const text of references) parseTaskDefinitionReference(text, request.namespace)
  const deleted: string[] = []
  const failures: { arn: string; reason: string }[] = []
  for (const text of references) {
    const reason = await deleteOne(request, text)
    if (reason !== undefined) failures.push({ arn: text, reason })
    else deleted.push(taskDefinitionJson(required(findTaskDefinition(request, text), 'the revision')))
  }
  return new RawJson(`{"taskDefinitions":[${deleted.join(',')}],"failures":${JSON.stringify(failures)}}`)
}

/** @returns why the revision is left as it is; `undefined`: it is being deleted. */
async function deleteOne(request: ApiRequest, text: string): Promise<string | undefined> {
  const reference = parseTaskDefinitionReference(text, request.namespace)
  if (reference?.revision === undefined) return REASONS.invalid
  return transact<string | undefined>(request, () => {
    const row = findTaskDefinition(request, text)
    if (row === undefined) return { result: REASONS.missing }
    if (row.value.status === TaskDefinitionStatus.ACTIVE) return { result: REASONS.active }
    if (row.value.status === TaskDefinitionStatus.DELETE_IN_PROGRESS) return { result: undefined }
    const definition = {
      ...row.value,
      status: TaskDefinitionStatus.DELETE_IN_PROGRESS,
      deleteRequestedAtMs: request.ports.clock.now(),
    }
    return {
      transaction: new TransactionBuilder().update('taskDefinitions', row, definition),
      result: undefined,
    }
  })
}
