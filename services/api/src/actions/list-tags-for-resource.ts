import { requireTagged } from '../lookup/taggable.ts'
import type { ApiRequest } from '../ports.ts'
import { tagsOf } from '../view/tags-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Lists the tags of a resource. */
export async function listTagsForResource(
  input: EcsInput<'ListTagsForResource'>,
  request: ApiRequest,
): Promise<EcsOutput<'ListTagsForResource'>> {
  return { tags: tagsOf(requireTagged(request, input.resourceArn).tags) }
}
