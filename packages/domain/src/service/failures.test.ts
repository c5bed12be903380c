import { describe, expect, test } from 'vitest'
import { EndedTasks, retryDelayMs, STABLE_AFTER_MS, type StoppedTask } from './failures.ts'

const stopped = (taskId: string, fields: Partial<StoppedTask>): StoppedTask => ({
  taskId,
  createdAtMs: 1,
  startedAtMs: 0,
  endedAtMs: 1000,
  wasToldToStop: false,
  wasUnhealthy: false,
  ...fields,
})

const streakOf = (...tasks: StoppedTask[]) => {
  const ended = new EndedTasks()
  for (const task of tasks) ended.add(task)
  return ended.streak([], 1_000_000)
}

describe('EndedTasks.streak', () => {
  test('EndedTasks.streak counts a task once when it is added twice', () => {
    expect(streakOf(stopped('a', {}), stopped('a', {}))).toEqual({ failedCount: 1, roundCount: 1 })
  })

  test('EndedTasks.streak leaves out tasks when they were told to stop', () => {
    expect(streakOf(stopped('a', { wasToldToStop: true })).failedCount).toBe(0)
  })

  test('EndedTasks.streak counts tasks when they were stopped for their health, however long they ran', () => {
    const ran = { startedAtMs: 1, endedAtMs: 1_000_000 }
    expect(streakOf(stopped('a', { ...ran, wasToldToStop: true, wasUnhealthy: true })).failedCount).toBe(1)
  })

  test('EndedTasks.streak counts tasks that were started together as one round', () => {
    const tasks = [1, 1, 2].map((createdAtMs, index) => stopped(`t${index}`, { createdAtMs }))
    expect(streakOf(...tasks)).toEqual({ failedCount: 3, roundCount: 2 })
  })

  test('EndedTasks.streak is the same when tasks arrive in another order', () => {
    const failedBefore = stopped('before', { endedAtMs: 5000 })
    const cameUp = stopped('up', { startedAtMs: 1000, endedAtMs: 1000 + STABLE_AFTER_MS })
    const failedAfter = stopped('after', { endedAtMs: 20_000 })
    const expected = { failedCount: 1, roundCount: 1 }
    expect(streakOf(failedBefore, cameUp, failedAfter)).toEqual(expected)
    expect(streakOf(failedAfter, cameUp, failedBefore)).toEqual(expected)
  })

  test('EndedTasks.streak ends when a task has run long enough, and only then', () => {
    const ended = new EndedTasks()
    ended.add(stopped('a', { endedAtMs: 1000 }))
    const run = { startedAtMs: 2000, executionStoppedAtMs: 0 }
    expect(ended.streak([run], 2000 + STABLE_AFTER_MS - 1).failedCount).toBe(1)
    expect(ended.streak([run], 2000 + STABLE_AFTER_MS).failedCount).toBe(0)
    expect(ended.streak([{ ...run, executionStoppedAtMs: 3000 }], 1_000_000).failedCount).toBe(1)
  })

  test('EndedTasks.streak goes on counting when more failed than are kept', () => {
    const tasks = Array.from({ length: 1500 }, (_, index) =>
      stopped(`t${index}`, { createdAtMs: index, endedAtMs: 1000 + index }),
    )
    expect(streakOf(...tasks)).toEqual({ failedCount: 1500, roundCount: 1000 })
  })
})

test.each([
  [1, 0, 0],
  [3, 0, 0],
  [4, 0, 500],
  [4, 1, 1000],
  [5, 1, 2000],
  [12, 1, 256_000],
  [13, 1, 300_000],
  [1000, 0, 150_000],
  [1000, 1, 300_000],
])('retryDelayMs after %i rounds with chance %d is %i ms when starts fail', (rounds, chance, delayMs) => {
  expect(retryDelayMs(rounds, { next: () => chance })).toBe(delayMs)
})
