import { ecsError } from '@homeport/ecs-api'
import type { ApiRequest } from '../ports.ts'

/** The paging members of a request. */
export interface PageInput {
  readonly nextToken?: string | undefined
  readonly maxResults?: number | undefined
}

/** What is listed, and how. */
export interface Listing<Item> {
  /** In any order; or what gives them in the order of their sort keys from behind one, or from the start. */
  readonly items: Iterable<Item> | ((after: string | undefined) => Iterable<Item>)
  /** Whether the item belongs to the list; asked only of those that could be on the page. Default: all do. */
  readonly isListed?: (item: Item) => boolean
  /** Unique among the items; the list is in its order. */
  readonly sortKeyOf: (item: Item) => string
  /** The filters of the question: a token continues only the question that it was given for. */
  readonly filters: Readonly<Record<string, unknown>>
  /** Default false. */
  readonly isDescending?: boolean
  /** Items on a page when the request says nothing, 1 to 100; default 100. */
  readonly defaultItemCount?: number
}

/** One page. */
export interface Page<Item> {
  readonly items: readonly Item[]
  /** Absent on the last page. */
  readonly nextToken: string | undefined
}

/** ECS's largest page, and its default almost everywhere. */
export const PAGE_ITEM_COUNT_MAX = 100

/**
 * One page of a listing.
 * @throws {EcsError} when the page size is out of range or the token is not one of this question.
 */
export function paginate<Item>(request: ApiRequest, input: PageInput, listing: Listing<Item>): Page<Item> {
  const itemCount = itemCountOf(input, listing.defaultItemCount ?? PAGE_ITEM_COUNT_MAX)
  const { operation } = request.context
  const scope = JSON.stringify([operation, request.namespace, listing.filters])
  const { pageTokens } = request.ports
  const after =
    input.nextToken === undefined || input.nextToken === ''
      ? undefined
      : pageTokens.redeem(scope, input.nextToken)
  const found = firstItems(listing, { after, count: itemCount + 1 })
  const items = found.slice(0, itemCount)
  const last = items.at(-1)
  const nextToken =
    found.length > itemCount && last !== undefined ? pageTokens.issue(scope, last.sortKey) : undefined
  return { items: items.map(({ item }) => item), nextToken }
}

function itemCountOf({ maxResults }: PageInput, defaultItemCount: number): number {
  if (maxResults === undefined) return defaultItemCount
  if (!Number.isInteger(maxResults) || maxResults < 1 || maxResults > PAGE_ITEM_COUNT_MAX)
    throw ecsError('pageSize')
  return maxResults
}

interface Keyed<Item> {
  readonly item: Item
  readonly sortKey: string
}

interface Wanted {
  readonly after: string | undefined
  readonly count: number
}

function firstItems<Item>(listing: Listing<Item>, wanted: Wanted): Keyed<Item>[] {
  const { items, isListed = () => true, sortKeyOf } = listing
  if (typeof items !== 'function') return smallest(items, listing, wanted)
  const found: Keyed<Item>[] = []
  for (const item of items(wanted.after)) {
    if (isListed(item)) found.push({ item, sortKey: sortKeyOf(item) })
    if (found.length === wanted.count) break
  }
  return found
}

/**
 * The first `count` items after `after`, in order: one pass that holds twice as many as it gives, so that a
 * page of a long list costs no sort of the whole.
 */
function smallest<Item>(
  items: Iterable<Item>,
  { sortKeyOf, isListed = () => true, isDescending = false }: Listing<Item>,
  { after, count }: Wanted,
): Keyed<Item>[] {
  const isBefore = isDescending
    ? (first: string, second: string): boolean => first > second
    : (first: string, second: string): boolean => first < second
  const compare = (first: Keyed<Item>, second: Keyed<Item>): number =>
    isBefore(first.sortKey, second.sortKey) ? -1 : 1
  let kept: Keyed<Item>[] = []
  let bound: string | undefined
  for (const item of items) {
    const sortKey = sortKeyOf(item)
    if (after !== undefined && !isBefore(after, sortKey)) continue
    if (bound !== undefined && !isBefore(sortKey, bound)) continue
    if (!isListed(item)) continue
    kept.push({ item, sortKey })
    if (kept.length < count * 2) continue
    kept = kept.sort(compare).slice(0, count)
    bound = kept.at(-1)?.sortKey
  }
  return kept.sort(compare).slice(0, count)
}
