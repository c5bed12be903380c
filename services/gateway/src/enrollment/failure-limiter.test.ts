import { createFakeClock } from '@homeport/testkit'
import { expect, it } from 'vitest'
import { FailureLimiter } from './failure-limiter.ts'

it('FailureLimiter turns a caller away after its burst and lets it in again with time', async () => {
  const clock = createFakeClock()
  const limiter = new FailureLimiter({ clock, burst: 2, refillMs: 1000, callersMax: 10 })
  limiter.noteFailure('a')
  expect(limiter.allows('a')).toBe(true)
  limiter.noteFailure('a')
  expect(limiter.allows('a')).toBe(false)
  expect(limiter.allows('b')).toBe(true)
  await clock.advance(999)
  expect(limiter.allows('a')).toBe(false)
  await clock.advance(1)
  expect(limiter.allows('a')).toBe(true)
  limiter.noteFailure('a')
  expect(limiter.allows('a')).toBe(false)
})

it('FailureLimiter forgets the caller that failed longest ago when there are too many', () => {
  const limiter = new FailureLimiter({ clock: createFakeClock(), burst: 1, refillMs: 1000, callersMax: 2 })
  for (const caller of ['a', 'b', 'a', 'c']) limiter.noteFailure(caller)
  expect(['a', 'b', 'c'].map((caller) => limiter.allows(caller))).toEqual([false, true, false])
})
