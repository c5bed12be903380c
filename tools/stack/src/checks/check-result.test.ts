import { expect, test } from 'vitest'
import { countScript, countTests, renderSummary } from './check-result.ts'

test.each([
  ['all pass', 0, { numPassedTests: 7, numFailedTests: 0 }, { passedCount: 7, failedCount: 0 }],
  ['some fail', 1, { numPassedTests: 5, numFailedTests: 2 }, { passedCount: 5, failedCount: 2 }],
  ['a file does not load', 1, { numPassedTests: 5, numFailedTests: 0 }, { passedCount: 5, failedCount: 1 }],
  ['Vitest writes no report', 1, undefined, { passedCount: 0, failedCount: 1 }],
])('countTests counts tests when %s', (...[, exitCode, report, counts]) => {
  expect(countTests(exitCode, report === undefined ? undefined : JSON.stringify(report))).toEqual(counts)
})

test('countScript counts one check', () => {
  expect(countScript(0)).toEqual({ passedCount: 1, failedCount: 0 })
  expect(countScript(2)).toEqual({ passedCount: 0, failedCount: 1 })
})

test('renderSummary ends with the totals on a line of their own', () => {
  const summary = renderSummary([
    { name: 'lint', passedCount: 1, failedCount: 0, elapsedMs: 640 },
    { name: 'unit', passedCount: 40, failedCount: 2, elapsedMs: 12_340 },
  ])
  expect(summary).toBe(`
✓ lint     0.6 s  1 passed, 0 failed
✗ unit    12.3 s  40 passed, 2 failed

41 passed, 2 failed
`)
})
