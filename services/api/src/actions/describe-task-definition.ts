import { RawJson } from '@homeport/aws-wire'
import { ecsError } from '@homeport/ecs-api'
import { findTaskDefinition } from '../lookup/task-definitions.ts'
import type { ApiRequest } from '../ports.ts'
import { tagsOf } from '../view/tags-view.ts'
import { taskDefinitionJson } from '../view/task-definition-view.ts'
import type { EcsInput } from './action.ts'

/** Describes a revision, INACTIVE ones too, or the latest ACTIVE one of a family. */
export async function describeTaskDefinition(
  input: EcsInput<'DescribeTaskDefinition'>,
  request: ApiRequest,
): Promise<RawJson> {
  const row = findTaskDefinition(request, input.taskDefinition ?? '')
  if (row === undefined) throw ecsError('taskDefinitionUndescribable')
  const tags = input.include?.includes('TAGS') === true ? JSON.stringify(tagsOf(row.value.tags)) : '[]'
  return new RawJson(`{"taskDefinition":${taskDefinitionJson(row)},"tags":${tags}}`)
}
