import { expect, test } from 'vitest'
import { unitSuffix } from './unit-suffix.ts'

const check = (text: string, path = 'agent/src/sample.ts') => unitSuffix([{ path, text }])

test('unitSuffix reports a number when its name is a quantity without unit', () => {
  const bare = [
    'interface A { readonly timeout: number }',
    'interface A { memory: number | undefined }',
    'type A = { cpu?: number }',
    'class A { delay = 5 }',
    'class A { #interval: number | undefined }',
    'const RETRY_DELAY = 5',
    'const drainWindow = 5 * MINUTE',
    'function plan(now: number): void {}',
    'const plan = (startedAt: number) => startedAt',
    'function plan({ a }: A, deadline: number): void {}',
  ]
  for (const text of bare) expect(check(text), text).toHaveLength(1)
})

test('unitSuffix accepts a number when its name says the unit or is no quantity', () => {
  const fine = [
    'interface A { readonly timeoutMs: number; memoryMiB: number; cpuUnits: number; startedAtMs: number }',
    'interface A { readonly timeout: string; memory: Memory; port: number; attempt: number }',
    'const RETRY_DELAY_MS_MAX = 5',
    'const batchSizeBytes = 5 * 1024',
    'const format = 1; const nowhere = 2; const untilLine = 3',
    'function plan(nowMs: number): void {}',
    'interface Table { readonly size: number }',
    'interface NatsAnswer { readonly sync_interval: number }',
  ]
  for (const text of fine) expect(check(text), text).toEqual([])
})

test('unitSuffix leaves tests alone when they name numbers', () => {
  expect(check('const timeout = 5', 'agent/src/sample.test.ts')).toEqual([])
})
