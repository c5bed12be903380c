import type { Tag } from '@aws-sdk/client-ecs'
import type { Tag as StoredTag } from '@homeport/wire/types'

/** Stored tags as answers carry them. */
export const tagsOf = (tags: readonly StoredTag[]): Tag[] => tags.map(({ key, value }) => ({ key, value }))
