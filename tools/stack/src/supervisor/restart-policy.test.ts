import { seededRandom } from '@homeport/runtime'
import { expect, test } from 'vitest'
import { decideRestart } from './restart-policy.ts'

const random = seededRandom(1)

test('decideRestart restarts almost at once when the process was healthy', () => {
  const decision = decideRestart(7, 60_000, random)
  expect(decision.failureCount).toBe(1)
  expect(decision.delayMs).toBeLessThanOrEqual(100)
})

test('decideRestart waits longer with every early end, and never longer than its cap', () => {
  let failureCount = 0
  const delays = Array.from({ length: 12 }, () => {
    const decision = decideRestart(failureCount, 50, random)
    failureCount = decision.failureCount
    return decision.delayMs
  })
  expect(failureCount).toBe(12)
  expect(Math.max(...delays)).toBeLessThanOrEqual(5000)
  expect(delays.at(-1)).toBeGreaterThanOrEqual(2500)
  expect(delays[0]).toBeLessThanOrEqual(100)
})
