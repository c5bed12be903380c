import { seededRandom } from '@homeport/runtime'
import { expect, it } from 'vitest'
import { ReportWindow } from './report-window.ts'

it('ReportWindow acknowledges a report when it and those before it are settled', () => {
  const window = new ReportWindow()
  const [first, second, third] = [window.add(4n), window.add(5n), window.add(9n)]
  expect(second()).toBeUndefined()
  expect(first()).toBe(5n)
  expect(window.size).toBe(1)
  expect(third()).toBe(9n)
  expect(window.size).toBe(0)
})

it('ReportWindow acknowledges everything once, in order, whatever order reports are settled in', () => {
  const seed = 20_260_101
  const random = seededRandom(seed)
  const window = new ReportWindow()
  const open = Array.from({ length: 200 }, (_, index) => window.add(BigInt(index + 1)))
  const acknowledged: bigint[] = []
  while (open.length > 0) {
    const [settle] = open.splice(Math.floor(random.next() * open.length), 1)
    const sequence = settle?.()
    if (sequence !== undefined) acknowledged.push(sequence)
  }
  expect(acknowledged, `seed ${seed}`).toEqual(acknowledged.toSorted((a, b) => Number(a - b)))
  expect(acknowledged.at(-1)).toBe(200n)
})
