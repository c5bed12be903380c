import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from './clock.ts'
import { type KeyedLoop, type KeyedLoopOptions, startKeyedLoop } from './keyed-loop.ts'
import { silentLogger } from './logger.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const advance = (durationMs: number): Promise<unknown> => vi.advanceTimersByTimeAsync(durationMs)

interface Held {
  readonly key: string
  finish(): void
  fail(): void
}

/** A loop whose work ends when the test says so. */
function heldLoop(options: Partial<KeyedLoopOptions> = {}) {
  const started: Held[] = []
  const work = (key: string): Promise<object> =>
    new Promise((resolve, reject) => {
      started.push({ key, finish: () => resolve({}), fail: () => reject(new Error('no')) })
    })
  const loop: KeyedLoop = startKeyedLoop({
    name: 'test',
    clock: systemClock,
    random: { next: () => 1 },
    logger: silentLogger,
    work,
    ...options,
  })
  return { loop, started, keys: () => started.map((held) => held.key) }
}

describe('startKeyedLoop', () => {
  it('startKeyedLoop runs a key once more, after its work, when it is marked meanwhile', async () => {
    const { loop, started, keys } = heldLoop({ concurrency: 4 })
    loop.mark('a')
    loop.mark('a')
    loop.mark('a')
    expect(keys()).toEqual(['a'])
    started[0]!.finish()
    await advance(0)
    expect(keys()).toEqual(['a', 'a'])
    started[1]!.finish()
    await loop.idle()
    expect(keys()).toEqual(['a', 'a'])
  })

  it('startKeyedLoop works on no more keys at a time than its concurrency', async () => {
    const { loop, started, keys } = heldLoop({ concurrency: 2 })
    for (const key of ['a', 'b', 'c']) loop.mark(key)
    expect(keys()).toEqual(['a', 'b'])
    expect(loop.pendingCount).toBe(3)
    started[1]!.finish()
    await advance(0)
    expect(keys()).toEqual(['a', 'b', 'c'])
  })

  it('startKeyedLoop repeats failed work after a doubling delay, and forgets failures after success', async () => {
    const { loop, started, keys } = heldLoop({ backoff: { firstDelayMs: 100, maximumDelayMs: 1_000 } })
    loop.mark('a')
    for (const delayMs of [100, 200]) {
      started.at(-1)!.fail()
      await advance(delayMs - 1)
      const countBefore = keys().length
      await advance(1)
      expect(keys().length).toBe(countBefore + 1)
    }
    started.at(-1)!.finish()
    await advance(0)
    loop.mark('a')
    started.at(-1)!.fail()
    await advance(100)
    expect(keys()).toHaveLength(5)
  })

  it('startKeyedLoop runs a key again when its work asked for a later time', async () => {
    const startedAtMs = systemClock.now()
    const ranAtMs: number[] = []
    const { loop } = heldLoop({
      work: async () => {
        ranAtMs.push(systemClock.now() - startedAtMs)
        return ranAtMs.length === 1 ? { againAfterMs: 5_000 } : {}
      },
    })
    loop.mark('a')
    await advance(60_000)
    expect(ranAtMs).toEqual([0, 5_000])
  })

  it('startKeyedLoop ends the work in hand and runs nothing more when it is stopped', async () => {
    const { loop, started, keys } = heldLoop()
    loop.mark('a')
    loop.mark('b')
    const stopped = loop.stop()
    started[0]!.fail()
    await stopped
    loop.mark('c')
    await advance(60_000)
    expect(keys()).toEqual(['a'])
  })
})
