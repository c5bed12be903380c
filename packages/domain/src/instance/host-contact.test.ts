import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { holdOf, START_HOLD_MS, STORM_HOLD_MS } from './host-contact.ts'

const LONG_AGO_MS = 0
const NOW_MS = 10_000_000

const hold = (connectedCount: number, agesMs: number[], ageMs = agesMs[0]!) =>
  holdOf(
    NOW_MS - ageMs,
    { connectedCount, lostAtMs: agesMs.map((age) => NOW_MS - age) },
    { nowMs: NOW_MS, startedAtMs: LONG_AGO_MS },
  )

describe('holdOf', () => {
  test.each([
    ['one of two', 1, [0], undefined],
    ['half of four', 2, [0, 3000], undefined],
    ['more than half of three', 1, [0, 4000], 'storm'],
    ['the only one', 0, [0], 'storm'],
    ['more than half, but most of them long before', 1, [0, STORM_HOLD_MS], undefined],
  ])('holdOf of %s is right when they are marked', (...[, connectedCount, agesMs, reason]) => {
    expect(hold(connectedCount, agesMs)?.reason).toBe(reason)
  })

  test('holdOf looks again when the oldest loss no longer counts', () => {
    expect(hold(1, [0, 4000])?.untilMs).toBe(NOW_MS - 4000 + STORM_HOLD_MS)
  })

  test('holdOf holds what was marked since the start until the start is over, and nothing marked before', () => {
    const cluster = { connectedCount: 9, lostAtMs: [NOW_MS] }
    const startedAtMs = NOW_MS - 100
    const hold = holdOf(NOW_MS, cluster, { nowMs: NOW_MS, startedAtMs })
    expect(hold).toEqual({ reason: 'start', untilMs: startedAtMs + START_HOLD_MS })
    expect(holdOf(startedAtMs - 1, cluster, { nowMs: NOW_MS, startedAtMs })).toBeUndefined()
    const overMs = startedAtMs + START_HOLD_MS
    expect(holdOf(NOW_MS, cluster, { nowMs: overMs, startedAtMs })).toBeUndefined()
  })

  test('holdOf lets go sooner or later when nobody comes back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(2 * STORM_HOLD_MS), { minLength: 1, maxLength: 8 }),
        fc.nat(8),
        fc.nat(2 * START_HOLD_MS),
        (agesMs, connectedCount, processAgeMs) => {
          const lostAtMs = agesMs.map((age) => NOW_MS - age)
          const startedAtMs = NOW_MS - processAgeMs
          let nowMs = NOW_MS
          for (let looks = 0; looks <= agesMs.length + 1; looks++) {
            const found = holdOf(lostAtMs[0]!, { connectedCount, lostAtMs }, { nowMs, startedAtMs })
            if (found === undefined) return
            expect(found.untilMs).toBeGreaterThan(nowMs)
            nowMs = found.untilMs
          }
          expect.unreachable('still held')
        },
      ),
    )
  })
})
