import { describe, expect, it } from 'vitest'
import { backoffDelayMs } from './backoff.ts'

const options = { firstDelayMs: 100, maximumDelayMs: 1_000 }
const highest = { next: () => 1 }
const lowest = { next: () => 0 }

describe('backoffDelayMs', () => {
  it.each([
    [1, 100],
    [2, 200],
    [4, 800],
    [5, 1_000],
    [1_000_000, 1_000],
  ])(
    'backoffDelayMs stays between half and all of its range after %i failures',
    (failureCount, ceilingMs) => {
      expect(backoffDelayMs(failureCount, options, highest)).toBe(ceilingMs)
      expect(backoffDelayMs(failureCount, options, lowest)).toBe(ceilingMs / 2)
    },
  )
})
