import { expect, test } from 'vitest'
import { domainPurity } from './domain-purity.ts'

const check = (text: string, path = 'packages/domain/src/task/plan.ts') => domainPurity([{ path, text }])

const IMPURE = [
  'export async function plan() {}',
  'export const plan = async () => 1',
  'export function plan(): Promise<number> { return later }',
  'export const plan = { async run() {} }',
  'export const nowMs = Date.now()',
  'export const now = new Date()',
  'export const dice = Math.random()',
  'export const id = crypto.randomUUID()',
]

test('domainPurity reports waiting, clocks and randomness when the domain uses them', () => {
  for (const text of IMPURE) expect(check(text), text).toHaveLength(1)
})

test('domainPurity accepts a function when it takes its inputs', () => {
  expect(
    check('export const plan = (nowMs: number) => new Date(nowMs).getUTCDay() + Math.max(1, 2)'),
  ).toEqual([])
})

test('domainPurity leaves the tests of the domain and other packages alone when they wait', () => {
  for (const text of IMPURE) {
    expect(check(text, 'packages/domain/src/task/plan.test.ts'), text).toEqual([])
    expect(check(text, 'services/state/src/plan.ts'), text).toEqual([])
  }
})
