import fc from 'fast-check'
import { expect, test } from 'vitest'
import { COLUMNS, columnOf, ROWS, rowOf } from './room-buckets.ts'

const amount = fc.oneof(
  fc.integer({ min: -1000, max: 2 ** 31 }),
  fc.constantFrom(Number.NEGATIVE_INFINITY, 0, 0.5, 63, 64, 65, 2 ** 24 - 1, 2 ** 24, 2 ** 40),
  fc.double({ min: 0, max: 2 ** 20, noNaN: true }),
)

test.each([
  ['rowOf', rowOf, ROWS],
  ['columnOf', columnOf, COLUMNS],
] as const)(
  '%s keeps the order of amounts, and within bounds, when amounts are any',
  (_name, bucketOf, count) => {
    fc.assert(
      fc.property(amount, amount, (first, second) => {
        const [low, high] = first < second ? [first, second] : [second, first]
        expect(bucketOf(low)).toBeLessThanOrEqual(bucketOf(high))
        expect(bucketOf(low)).toBeGreaterThanOrEqual(0)
        expect(bucketOf(high)).toBeLessThan(count)
        expect(Number.isInteger(bucketOf(low))).toBe(true)
      }),
    )
  },
)

test('rowOf tells amounts apart when they differ by a 64th', () => {
  for (let whole = 64; whole < 2 ** 24; whole = Math.ceil(whole * 1.1)) {
    expect(rowOf(Math.ceil(whole * (1 + 1 / 64)))).toBeGreaterThan(rowOf(whole))
  }
})
