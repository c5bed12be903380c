import { ecsError } from '../errors/ecs-error.ts'

/** A tag as requests carry it. */
export interface RequestTag {
  readonly key?: string | undefined
  readonly value?: string | undefined
}

/** A tag with both parts; a missing value is empty. */
export interface CheckedTag {
  readonly key: string
  readonly value: string
}

/** ECS's own limit. */
export const TAGS_MAX = 50

const KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u
const VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u
const RESERVED = /^aws:/i

/**
 * Checks the tags that a user gives a resource.
 * @throws {EcsError} when there are too many, one is malformed or reserved, or a key comes twice.
 */
export function checkTags(tags: readonly RequestTag[] | undefined): CheckedTag[] {
  if (tags === undefined) return []
  if (tags.length > TAGS_MAX) throw ecsError('tagCount')
  const seen = new Set<string>()
  return tags.map(({ key = '', value = '' }) => {
    if (!KEY.test(key)) throw ecsError('tagKey', { key })
    if (RESERVED.test(key)) throw ecsError('tagReserved', { key })
    if (!VALUE.test(value)) throw ecsError('tagValue', { key })
    if (seen.has(key)) throw ecsError('tagDuplicate', { key })
    seen.add(key)
    return { key, value }
  })
}

/** Joins tags; of two with the same key the later list's wins. Order: first appearance. */
export function mergeTags(...lists: readonly (readonly CheckedTag[])[]): CheckedTag[] {
  const byKey = new Map<string, CheckedTag>()
  for (const { key, value } of lists.flat()) byKey.set(key, { key, value })
  return [...byKey.values()]
}

/**
 * Checks the keys of tags that a user takes from a resource.
 * @throws {EcsError} when one is malformed or reserved.
 */
export function checkTagKeys(keys: readonly string[] | undefined): ReadonlySet<string> {
  return new Set(checkTags([...new Set(keys)].map((key) => ({ key }))).map(({ key }) => key))
}
