import { expect, test } from 'vitest'
import { canStop, requestStop, type StoppableTask } from './stop-task.ts'
import { taskStatusOrder } from './task-status.ts'

const running: StoppableTask = {
  desiredStatus: taskStatusOrder('RUNNING'),
  observed: { lastStatus: taskStatusOrder('RUNNING') },
  stopCode: '',
  stoppedReason: '',
  stoppingAtMs: 0,
  changeCount: 3,
}

test('requestStop records code, reason and time when the task runs', () => {
  const stopped = requestStop(running, { stopCode: 'UserInitiated', stoppedReason: 'by hand', nowMs: 7 })
  expect(stopped).toEqual({
    ...running,
    desiredStatus: taskStatusOrder('STOPPED'),
    stopCode: 'UserInitiated',
    stoppedReason: 'by hand',
    stoppingAtMs: 7,
    changeCount: 4,
  })
})

test('requestStop keeps the first reason when the task was told before', () => {
  const first = requestStop(running, { stopCode: 'UserInitiated', stoppedReason: 'by hand', nowMs: 7 })
  expect(requestStop(first, { stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'x', nowMs: 8 })).toBe(
    first,
  )
})

test('canStop is false when the task has ended by itself', () => {
  expect(canStop({ ...running, observed: { lastStatus: taskStatusOrder('STOPPED') } })).toBe(false)
  expect(canStop(running)).toBe(true)
})
