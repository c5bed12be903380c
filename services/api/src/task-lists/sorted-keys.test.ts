/** Goal: the set in blocks is a set in order. Method: random changes, and an array that is sorted as the oracle. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BLOCK_KEYS_MAX, SortedKeys } from './sorted-keys.ts'

const keyOf = (value: number): string => value.toString(36).padStart(3, '0')
const changes = fc.array(fc.record({ key: fc.nat(2_000).map(keyOf), isAdded: fc.boolean() }), {
  minLength: 0,
  maxLength: 3_000,
  size: 'max',
})
const starts = fc.array(fc.nat(5_000).map(keyOf), { maxLength: 2_000 })

it('SortedKeys walks what was added and not deleted, in order and from anywhere', () => {
  fc.assert(
    fc.property(
      starts,
      changes,
      fc.option(fc.nat(2_000).map(keyOf), { nil: undefined }),
      (start, list, after) => {
        const oracle = new Set(start)
        const keys = SortedKeys.from([...oracle])
        for (const { key, isAdded } of list) {
          if (isAdded) keys.add(key)
          else keys.delete(key)
          if (isAdded) oracle.add(key)
          else oracle.delete(key)
        }
        const expected = [...oracle].toSorted().filter((key) => after === undefined || key > after)
        expect([...keys.after(after)]).toEqual(expected)
        expect(keys.size).toBe(oracle.size)
      },
    ),
    { numRuns: 50 },
  )
})

it('SortedKeys keeps its order when blocks are halved and emptied', () => {
  const keys = new SortedKeys()
  const all = Array.from({ length: BLOCK_KEYS_MAX * 4 }, (_, index) => keyOf(index))
  for (const key of all.toReversed()) keys.add(key)
  expect([...keys.after(undefined)]).toEqual(all)
  for (const key of all.slice(0, -1)) keys.delete(key)
  expect([...keys.after(undefined)]).toEqual(all.slice(-1))
  keys.delete(all.at(-1) ?? '')
  expect([...keys.after(undefined)]).toEqual([])
})
