import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ContainerObservation, mergeObservation, type Observation } from './merge-observation.ts'
import { taskStatusOrder } from './task-status.ts'

const container = (fields: Partial<ContainerObservation> = {}): ContainerObservation => ({
  name: 'web',
  runtimeId: '',
  imageDigest: '',
  lastStatus: taskStatusOrder('PENDING'),
  reason: '',
  ...fields,
})

const observation = (fields: Partial<Observation> = {}): Observation => ({
  lastStatus: taskStatusOrder('PENDING'),
  containers: [],
  pullStartedAtMs: 0,
  pullStoppedAtMs: 0,
  startedAtMs: 0,
  executionStoppedAtMs: 0,
  stoppedAtMs: 0,
  stopCode: '',
  stoppedReason: '',
  ...fields,
})

const merged = (current: Observation, reported: Observation): Observation => {
  const result = mergeObservation(current, reported)
  return result.kind === 'changed' ? result.observed : current
}

const texts = fc.constantFrom('', 'first', 'second')
const times = fc.constantFrom(0, 5, 10)
const statuses = fc.integer({ min: 1, max: 8 })
const containers: fc.Arbitrary<ContainerObservation> = fc.record({
  name: fc.constantFrom('web', 'sidecar'),
  runtimeId: texts,
  imageDigest: texts,
  lastStatus: statuses,
  exitCode: fc.option(fc.nat(255), { nil: undefined }),
  reason: texts,
})
const observations: fc.Arbitrary<Observation> = fc.record({
  lastStatus: statuses,
  containers: fc.uniqueArray(containers, { selector: ({ name }) => name, maxLength: 2 }),
  pullStartedAtMs: times,
  pullStoppedAtMs: times,
  startedAtMs: times,
  executionStoppedAtMs: times,
  stoppedAtMs: times,
  stopCode: texts,
  stoppedReason: texts,
})

describe('mergeObservation', () => {
  test('mergeObservation takes the report when nothing is known', () => {
    const reported = observation({ lastStatus: taskStatusOrder('RUNNING') })
    expect(mergeObservation(undefined, reported)).toEqual({ kind: 'changed', observed: reported })
  })

  test('mergeObservation changes nothing when the task is STOPPED', () => {
    const current = observation({ lastStatus: taskStatusOrder('STOPPED'), stoppedAtMs: 5 })
    const reported = observation({ lastStatus: taskStatusOrder('STOPPED'), stoppedAtMs: 9, stopCode: 'late' })
    expect(mergeObservation(current, reported)).toEqual({ kind: 'unchanged' })
  })

  test('mergeObservation ignores a report when its status is behind', () => {
    const current = observation({ lastStatus: taskStatusOrder('RUNNING'), startedAtMs: 5 })
    const reported = observation({ lastStatus: taskStatusOrder('PENDING'), containers: [container()] })
    expect(mergeObservation(current, reported)).toEqual({ kind: 'unchanged' })
  })

  test('mergeObservation keeps the runtime id when a later report has lost it', () => {
    const current = observation({ containers: [container({ runtimeId: 'abc' })] })
    const reported = observation({ containers: [container({ lastStatus: taskStatusOrder('RUNNING') })] })
    expect(merged(current, reported).containers).toEqual([
      container({ runtimeId: 'abc', lastStatus: taskStatusOrder('RUNNING') }),
    ])
  })

  test('mergeObservation keeps a container when the report leaves it out', () => {
    const current = observation({ containers: [container({ name: 'sidecar' }), container()] })
    const reported = observation({ containers: [container({ runtimeId: 'abc' })] })
    expect(merged(current, reported).containers.map(({ name }) => name)).toEqual(['web', 'sidecar'])
  })

  test('mergeObservation reports no change when the same report comes twice', () => {
    fc.assert(
      fc.property(observations, observations, (current, reported) => {
        const once = merged(current, reported)
        expect(mergeObservation(once, reported)).toEqual({ kind: 'unchanged' })
      }),
    )
  })

  test('mergeObservation never moves anything back when reports come in any order', () => {
    fc.assert(
      fc.property(observations, fc.array(observations, { maxLength: 8 }), (first, reports) => {
        let current = first
        for (const reported of reports) {
          const next = merged(current, reported)
          expect(next.lastStatus).toBeGreaterThanOrEqual(current.lastStatus)
          for (const field of ['startedAtMs', 'stoppedAtMs', 'stopCode', 'stoppedReason'] as const) {
            const isUnset = current[field] === 0 || current[field] === ''
            expect(isUnset || next[field] === current[field]).toBe(true)
          }
          for (const before of current.containers) {
            const after = next.containers.find(({ name }) => name === before.name)
            expect(after?.lastStatus).toBeGreaterThanOrEqual(before.lastStatus)
          }
          current = next
        }
      }),
    )
  })
})
