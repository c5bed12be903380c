import type { RequestContext } from '@homeport/aws-wire'
import { seededIds, seededRandom } from '@homeport/runtime'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ApiPorts, ApiRequest } from '../ports.ts'
import { createPageTokens } from './page-tokens.ts'
import { paginate } from './paginate.ts'

const tokensOf = (secret: string) => createPageTokens(secret, seededIds(seededRandom(1)))

/** Paging looks at the operation, the namespace and the tokens; nothing else of a request is there. */
const requestOf = (operation = 'ListTasks', secret = 'secret'): ApiRequest => ({
  ports: { pageTokens: tokensOf(secret) } as ApiPorts,
  context: { operation } as RequestContext,
  namespace: { accountId: '123456789012', region: 'eu-central-1' },
})

const listingOf = (items: readonly string[], isDescending: boolean) => ({
  items,
  sortKeyOf: (item: string) => item,
  filters: {},
  isDescending,
})

it('paginate gives every item once and in order, whatever the page size', () => {
  const words = fc.uniqueArray(fc.string({ maxLength: 4 }), { maxLength: 60 })
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 100 }), fc.boolean(), (items, maxResults, isDescending) => {
      const listed: string[] = []
      let nextToken: string | undefined
      do {
        const page = paginate(requestOf(), { maxResults, nextToken }, listingOf(items, isDescending))
        expect(page.items.length).toBeLessThanOrEqual(maxResults)
        listed.push(...page.items)
        nextToken = page.nextToken
      } while (nextToken !== undefined)
      const sorted = items.toSorted((first, second) => (first < second ? -1 : 1))
      expect(listed).toEqual(isDescending ? sorted.toReversed() : sorted)
    }),
  )
})

it('paginate goes on behind the last item when items come and go between pages', () => {
  const first = paginate(requestOf(), { maxResults: 2 }, listingOf(['b', 'd', 'f', 'h'], false))
  const { nextToken } = first
  const second = paginate(requestOf(), { maxResults: 2, nextToken }, listingOf(['a', 'e', 'f', 'h'], false))
  expect([first.items, second.items]).toEqual([
    ['b', 'd'],
    ['e', 'f'],
  ])
})

it('paginate refuses tokens of other operations, filters and secrets, and every changed one', () => {
  const items = ['a', 'b', 'c']
  const token = paginate(requestOf(), { maxResults: 1 }, listingOf(items, false)).nextToken ?? ''
  const redeem = (request: ApiRequest, nextToken: string, filters = {}) =>
    paginate(request, { nextToken }, { ...listingOf(items, false), filters }).items
  expect(redeem(requestOf(), token)).toEqual(['b', 'c'])
  expect(() => redeem(requestOf('ListServices'), token)).toThrow('Invalid token')
  expect(() => redeem(requestOf('ListTasks', 'other'), token)).toThrow('Invalid token')
  expect(() => redeem(requestOf(), token, { family: 'web' })).toThrow('Invalid token')
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom('A', 'z', '_', ' '), (index, character) => {
      fc.pre(token[index] !== character)
      const changed = `${token.slice(0, index)}${character}${token.slice(index + 1)}`
      expect(() => redeem(requestOf(), changed)).toThrow('Invalid token')
    }),
  )
})

it.each([0, -1, 101, 1.5, Number.NaN])('paginate refuses the page size %d', (maxResults) => {
  expect(() => paginate(requestOf(), { maxResults }, listingOf([], false))).toThrow('Max results')
})
