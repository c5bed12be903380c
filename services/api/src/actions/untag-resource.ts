import { checkTagKeys } from '@homeport/ecs-api'
import { transact } from '../commit/transact.ts'
import { requireTagged } from '../lookup/taggable.ts'
import type { ApiRequest } from '../ports.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Takes tags from a resource by key; keys that it does not have change nothing. */
export async function untagResource(
  input: EcsInput<'UntagResource'>,
  request: ApiRequest,
): Promise<EcsOutput<'UntagResource'>> {
  const removed = checkTagKeys(input.tagKeys)
  await transact(request, () => {
    const tagged = requireTagged(request, input.resourceArn)
    const tags = tagged.tags.filter(({ key }) => !removed.has(key))
    return { transaction: tagged.retag(tags), result: undefined }
  })
  return {}
}
