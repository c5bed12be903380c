import { expect, test } from 'vitest'
import { endOrphan, type OrphanableTask } from './end-orphan.ts'
import { mergeObservation, type Observation } from './merge-observation.ts'
import { requestStop } from './stop-task.ts'
import { taskStatusOrder } from './task-status.ts'

const RUNNING = taskStatusOrder('RUNNING')
const STOPPED = taskStatusOrder('STOPPED')

const seen: Observation = {
  lastStatus: RUNNING,
  containers: [{ name: 'web', runtimeId: 'r', imageDigest: '', lastStatus: RUNNING, reason: '' }],
  pullStartedAtMs: 1,
  pullStoppedAtMs: 2,
  startedAtMs: 3,
  executionStoppedAtMs: 0,
  stoppedAtMs: 0,
  stopCode: '',
  stoppedReason: '',
}

const unseen: Observation = { ...seen, lastStatus: 0, containers: [], startedAtMs: 0 }

const running: OrphanableTask = {
  desiredStatus: RUNNING,
  observed: seen,
  stopCode: '',
  stoppedReason: '',
  stoppingAtMs: 0,
  changeCount: 3,
}

test('endOrphan ends the task in the words of ECS when it runs', () => {
  expect(endOrphan(running, { nowMs: 9, unseen })).toEqual({
    desiredStatus: STOPPED,
    stopCode: 'UserInitiated',
    stoppedReason: 'Container instance deregistration forced by user',
    stoppingAtMs: 9,
    changeCount: 4,
    observed: {
      ...seen,
      lastStatus: STOPPED,
      executionStoppedAtMs: 9,
      stoppedAtMs: 9,
      containers: [{ ...seen.containers[0], lastStatus: STOPPED }],
    },
  })
})

test('endOrphan keeps the first reason and time when the task was told to stop before', () => {
  const told = requestStop(running, { stopCode: 'UserInitiated', stoppedReason: 'by hand', nowMs: 7 })
  const ended = endOrphan(told, { nowMs: 9, unseen })
  expect(ended).toMatchObject({ stoppedReason: 'by hand', stoppingAtMs: 7, changeCount: 5 })
  expect(ended.observed).toMatchObject({ lastStatus: STOPPED, stoppedAtMs: 9 })
})

test('endOrphan ends the task when nothing was observed of it', () => {
  const ended = endOrphan({ ...running, observed: undefined }, { nowMs: 9, unseen })
  expect(ended.observed).toEqual({ ...unseen, lastStatus: STOPPED, executionStoppedAtMs: 9, stoppedAtMs: 9 })
})

test('mergeObservation changes nothing when a report arrives after endOrphan', () => {
  const { observed } = endOrphan(running, { nowMs: 9, unseen })
  for (const late of [seen, { ...seen, lastStatus: STOPPED, stoppedAtMs: 20, stopCode: 'x' }]) {
    expect(mergeObservation(observed, late)).toEqual({ kind: 'unchanged' })
  }
})
