import { expect, test } from 'vitest'
import { Draw } from './draw.ts'

/** What the equals among `slotCount` slots are drawn how often, when chances are evenly spaced. */
function drawnCounts(equals: readonly number[], slotCount: number, chances: number): number[] {
  const draw = new Draw()
  const counts = new Map(equals.map((slot) => [slot, 0]))
  for (let index = 0; index < chances; index++) {
    draw.renew({ next: () => index / chances }, slotCount)
    const tried = draw.firstTry((slot) => counts.has(slot))
    const drawn =
      tried >= 0 ? tried : equals.reduce((best, slot) => (draw.isBefore(slot, best) ? slot : best))
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1)
  }
  return [...counts.values()]
}

/** Equals behind each other, after a long row of others: where a biased draw shows. */
test.each([
  ['most are equal', 100, 90],
  ['a tenth is', 1000, 100],
  ['so few are that no try finds them', 100_000, 5],
])('Draw gives each of the equals the same chance when %s', (_when, slotCount, equalCount) => {
  const equals = Array.from({ length: equalCount }, (_, index) => slotCount - 1 - index)
  const chances = 2000 * equalCount
  const counts = drawnCounts(equals, slotCount, chances)
  for (const count of counts) {
    expect(count).toBeGreaterThan(0.85 * 2000)
    expect(count).toBeLessThan(1.15 * 2000)
  }
})

test('Draw takes the first slot that is accepted when the chance is zero', () => {
  const draw = new Draw()
  draw.renew({ next: () => 0 }, 10)
  expect(draw.firstTry(() => true)).toBe(0)
  expect(draw.firstTry((slot) => slot > 0)).toBe(-1)
  expect([draw.isBefore(3, 7), draw.isBefore(7, 3)]).toEqual([true, false])
})
