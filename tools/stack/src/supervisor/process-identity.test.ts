import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { identifyProcess, isRunning, parseStat, signalProcess } from './process-identity.ts'

test('parseStat reads past a command that holds spaces and brackets', () => {
  const rest = 'S 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1000 2000'
  expect(parseStat(`42 (a) b (c) ${rest}`)).toEqual({ hasEnded: false, startTicks: 987654 })
})

test('parseStat tells an ended process when nobody collected it', () => {
  expect(parseStat(`42 (sh) Z 1 42 42 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 7 0 0`)?.hasEnded).toBe(true)
})

test('parseStat refuses text of another form', () => {
  expect(parseStat('')).toBeUndefined()
})

test('isRunning knows this process, and not one of another start under the same id', () => {
  const self = identifyProcess(process.pid)
  if (self === undefined) throw new Error('this process must have an identity')
  expect(isRunning(self)).toBe(true)
  expect(isRunning({ ...self, startTicks: self.startTicks - 1 })).toBe(false)
  expect(isRunning({ ...self, bootId: 'another start of the machine' })).toBe(false)
})

test('signalProcess stops exactly the process that was identified', async () => {
  const child = spawn('/bin/sleep', ['1000'], { stdio: 'ignore' })
  const identity = identifyProcess(child.pid ?? 0)
  if (identity === undefined) throw new Error('the child must have an identity')
  expect(signalProcess({ ...identity, startTicks: 0 }, 'SIGKILL')).toBe(false)
  const exit = once(child, 'exit')
  expect(signalProcess(identity, 'SIGKILL')).toBe(true)
  await exit
  expect(isRunning(identity)).toBe(false)
})
