import type { Clock } from '@homeport/runtime'
import { expect, test } from 'vitest'
import { createProgress } from './progress.ts'

function recorder(isTerminal: boolean) {
  const lines: string[] = []
  let now = 0
  let fire: () => void = () => undefined
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    after: (_delayMs, callback) => {
      fire = callback
      return { cancel: () => undefined }
    },
    every: () => ({ cancel: () => undefined }),
  }
  const progress = createProgress({ write: (text) => lines.push(text), clock, isTerminal })
  const advance = (milliseconds: number): void => {
    now += milliseconds
  }
  return { progress, text: () => lines.join(''), advance, fire: () => fire() }
}

test('step shows title, detail and time when the work succeeds', async () => {
  const { progress, text, advance } = recorder(false)
  const work = async () => {
    advance(1500)
    return '2.15.1'
  }
  const result = await progress.step('NATS', work, (version) => version)
  expect(result).toBe('2.15.1')
  expect(text()).toBe('✓ NATS: 2.15.1 (1.5 s)\n')
})

test('step shows a cross and throws on when the work fails', async () => {
  const { progress, text } = recorder(false)
  const failing = progress.step('NATS', () => Promise.reject(new Error('port taken')))
  await expect(failing).rejects.toThrow('port taken')
  expect(text()).toBe('✗ NATS (0.0 s)\n')
})

test('step announces itself in a log when the work takes long', async () => {
  const { progress, text, fire } = recorder(false)
  await progress.step('NATS', async () => fire())
  expect(text()).toBe('… NATS\n✓ NATS (0.0 s)\n')
})

test('step shows the running step and clears it when on a terminal', async () => {
  const { progress, text } = recorder(true)
  await progress.step('NATS', async () => undefined)
  expect(text()).toBe('… NATS\r\x1b[2K✓ NATS (0.0 s)\n')
})
