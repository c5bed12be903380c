import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { required } from '@homeport/base'
import { expect, onTestFinished, test } from 'vitest'
import { identifyProcess } from './process-identity.ts'
import { parseStackState, readRunningStack, type StackState, writeStackState } from './stack-state.ts'

const identity = { pid: 7, startTicks: 99, bootId: 'b' }
const state: StackState = {
  phase: 'ready',
  supervisor: identity,
  children: [{ ...identity, name: 'nats' }],
  endpoint: 'http://127.0.0.1:4566',
  region: 'us-east-1',
}

test('parseStackState reads what is written', () => {
  expect(parseStackState(JSON.stringify(state))).toEqual(state)
})

test.each([
  ['not JSON', '{'],
  ['not an object', '[]'],
  ['null', 'null'],
  ['an unknown phase', JSON.stringify({ ...state, phase: 'later' })],
  ['a supervisor without start time', JSON.stringify({ ...state, supervisor: { pid: 7, bootId: 'b' } })],
  ['a child without name', JSON.stringify({ ...state, children: [identity] })],
  ['a missing endpoint', JSON.stringify({ ...state, endpoint: undefined })],
])('parseStackState knows nothing when the file holds %s', (_what, text) => {
  expect(parseStackState(text)).toBeUndefined()
})

test('readRunningStack sees a stack only while its supervisor runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'homeport-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'stack.json')
  expect(readRunningStack(path)).toBeUndefined()
  writeStackState(path, state)
  expect(readRunningStack(path)).toBeUndefined()
  const running = { ...state, supervisor: required(identifyProcess(process.pid), 'own identity') }
  writeStackState(path, running)
  expect(readRunningStack(path)).toEqual(running)
})
