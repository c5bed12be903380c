import { expect, test } from 'vitest'
import { testSleeps } from './test-sleeps.ts'

const check = (text: string, path = 'test/e2e/sample.test.ts') => testSleeps([{ path, text }])

test('testSleeps reports every way to sleep when a test uses it', () => {
  const sleeps = [
    'await new Promise((resolve) => setTimeout(resolve, 5))',
    'globalThis.setTimeout(() => {}, 5)',
    'setInterval(() => {}, 5)',
    "import { setTimeout as sleep } from 'node:timers/promises'",
    "const { setTimeout } = await import('timers/promises')",
    'Atomics.wait(cells, 0, 0, 5)',
  ]
  for (const text of sleeps) {
    expect(check(text), text).toHaveLength(1)
    expect(check(text, 'packages/bus/src/sample.test.ts'), text).toHaveLength(1)
    expect(check(text, 'test/support/sample.ts'), text).toHaveLength(1)
  }
})

test('testSleeps accepts a test when it drives a fake clock', () => {
  expect(check("clock.setTimeout(done, 5)\nawait clock.advance(5)\nexpect('setTimeout').toBe(name)")).toEqual(
    [],
  )
})

test('testSleeps leaves production code to the linter when it uses timers', () => {
  expect(check('setTimeout(() => {}, 5)', 'packages/runtime/src/clock.ts')).toEqual([])
})
