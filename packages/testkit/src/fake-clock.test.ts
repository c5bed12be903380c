import { delay } from '@homeport/runtime'
import { describe, expect, it } from 'vitest'
import { createFakeClock, FAKE_CLOCK_START_MS } from './fake-clock.ts'

describe('createFakeClock', () => {
  it('advance fires timers in order of time, then of creation, when several fall due', async () => {
    const clock = createFakeClock()
    const fired: string[] = []
    clock.after(20, () => fired.push(`late at ${clock.monotonic()}`))
    clock.after(10, () => fired.push(`first at ${clock.monotonic()}`))
    clock.after(10, () => fired.push(`second at ${clock.monotonic()}`))
    clock.after(21, () => fired.push('not yet'))
    await clock.advance(20)
    expect(fired).toEqual(['first at 10', 'second at 10', 'late at 20'])
    expect(clock.now()).toBe(FAKE_CLOCK_START_MS + 20)
    expect(clock.timerCount).toBe(1)
  })

  it('advance fires timers that promises set meanwhile when they fall within the step', async () => {
    const clock = createFakeClock()
    let woken = 0
    const sleepTwice = async (): Promise<void> => {
      await delay(clock, 5)
      await delay(clock, 5)
      woken = clock.monotonic()
    }
    void sleepTwice()
    await clock.advance(10)
    expect(woken).toBe(10)
  })

  it('every fires again and again when not cancelled', async () => {
    const clock = createFakeClock()
    const firedAtMs: number[] = []
    const timer = clock.every(10, () => firedAtMs.push(clock.monotonic()))
    await clock.advance(25)
    timer.cancel()
    await clock.advance(25)
    expect(firedAtMs).toEqual([10, 20])
    expect(clock.timerCount).toBe(0)
  })
})
