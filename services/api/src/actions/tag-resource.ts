import { checkTags, ecsError, mergeTags, TAGS_MAX } from '@homeport/ecs-api'
import { transact } from '../commit/transact.ts'
import { requireTagged } from '../lookup/taggable.ts'
import type { ApiRequest } from '../ports.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Gives a resource tags; those that it has under the same keys get the new values. */
export async function tagResource(
  input: EcsInput<'TagResource'>,
  request: ApiRequest,
): Promise<EcsOutput<'TagResource'>> {
  const added = checkTags(input.tags)
  await transact(request, () => {
    const tagged = requireTagged(request, input.resourceArn)
    const tags = mergeTags(tagged.tags, added)
    if (tags.length > TAGS_MAX) throw ecsError('tagCount')
    return { transaction: tagged.retag(tags), result: undefined }
  })
  return {}
}
