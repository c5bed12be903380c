import type { Clock } from '@homeport/runtime'
import { expect, test } from 'vitest'
import { waitUntil } from './wait-until.ts'

/** A clock that is where each wait ends. */
function leapingClock(): Clock {
  let now = 0
  return {
    now: () => now,
    monotonic: () => now,
    after(delayMs, callback) {
      now += delayMs
      queueMicrotask(callback)
      return { cancel: () => undefined }
    },
    every: () => ({ cancel: () => undefined }),
  }
}

const never = { goal: 'reach NATS', timeoutMs: 1000, check: async () => 'nothing listens' }

test('waitUntil checks again until the condition is fulfilled', async () => {
  const answers = ['not yet', 'not yet', undefined]
  const check = async (): Promise<string | undefined> => answers.shift()
  await waitUntil({ ...never, check }, { clock: leapingClock(), signal: new AbortController().signal })
  expect(answers).toEqual([])
})

test('waitUntil tells what is missing when the time is over', async () => {
  const waiting = waitUntil(never, { clock: leapingClock(), signal: new AbortController().signal })
  await expect(waiting).rejects.toThrow('Cannot reach NATS within 1 s: nothing listens')
})

test('waitUntil ends when it is interrupted', async () => {
  const waiting = waitUntil(never, { clock: leapingClock(), signal: AbortSignal.abort() })
  await expect(waiting).rejects.toThrow('Cannot reach NATS: it was interrupted')
})
