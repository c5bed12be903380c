import { expect, test } from 'vitest'
import { failureThreshold } from './circuit-breaker.ts'

test.each([
  [0, 3],
  [1, 3],
  [7, 4],
  [25, 13],
  [400, 200],
  [800, 200],
])('failureThreshold is as in ECS when %i tasks are desired', (desiredCount, threshold) => {
  expect(failureThreshold(desiredCount)).toBe(threshold)
})
