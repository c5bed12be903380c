/** Goal: kept counts equal counted ones, after any history. Method: random writes of a few tasks, and a slow oracle. */
import { create } from '@bufbuild/protobuf'
import { TransactionBuilder } from '@homeport/store'
import { createMemoryState, type MemoryState } from '@homeport/testkit'
import { TaskSchema, TaskStatus } from '@homeport/wire/types'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Counts, TaskCounts } from './task-counts.ts'

const CLUSTER = { accountId: '1', region: 'r', cluster: 'c' }
const SERVICE_KEY = '1/r/c/web'

const writes = fc.array(
  fc.record({
    taskId: fc.constantFrom('t1', 't2', 't3'),
    lastStatus: fc.constantFrom(
      TaskStatus.PENDING,
      TaskStatus.RUNNING,
      TaskStatus.STOPPING,
      TaskStatus.STOPPED,
    ),
    desiredStatus: fc.constantFrom(TaskStatus.RUNNING, TaskStatus.STOPPED),
    isService: fc.boolean(),
    isDelete: fc.boolean(),
  }),
  { maxLength: 12 },
)

function counted(state: MemoryState, isCounted: (service: string) => boolean): Counts {
  const counts = { runningCount: 0, pendingCount: 0, wantedCount: 0, boundCount: 0 }
  for (const { value } of state.reader.view.table('tasks').rows()) {
    const lastStatus = value.observed?.lastStatus ?? 0
    if (lastStatus === TaskStatus.STOPPED || !isCounted(value.spec?.service ?? '')) continue
    counts.boundCount += 1
    if (value.desiredStatus !== TaskStatus.RUNNING) continue
    counts.wantedCount += 1
    if (lastStatus === TaskStatus.RUNNING) counts.runningCount += 1
    if (lastStatus < TaskStatus.RUNNING) counts.pendingCount += 1
  }
  return counts
}

function endingOn(state: MemoryState): string[] {
  const tasks = [...state.reader.view.table('tasks').rows()].map(({ value }) => value)
  const isEnding = tasks.some(
    ({ spec, desiredStatus, observed }) =>
      spec?.service === 'web' &&
      desiredStatus === TaskStatus.STOPPED &&
      observed?.lastStatus !== TaskStatus.STOPPED,
  )
  return isEnding ? ['1/r/c/i'] : []
}

it('TaskCounts equals counting when tasks come, change and go', async () => {
  await fc.assert(
    fc.asyncProperty(writes, async (history) => {
      const state = createMemoryState()
      const counts = new TaskCounts()
      const stop = counts.follow(state.reader)
      for (const { taskId, isService, isDelete, desiredStatus, lastStatus } of history) {
        const task = create(TaskSchema, {
          ...CLUSTER,
          taskId,
          desiredStatus,
          spec: {
            taskDefinition: 'web:1',
            containerInstanceId: 'i',
            ...(isService && { service: 'web', deploymentId: 'd', incarnationId: 'n' }),
          },
          observed: { lastStatus },
        })
        const transaction = new TransactionBuilder()
        if (isDelete) transaction.delete('tasks', `1/r/c/${taskId}`)
        else transaction.put('tasks', task)
        const outcome = await state.writer.commit(transaction)
        await state.reader.waitFor(outcome.kind === 'committed' ? outcome.revision : 0)
        expect(counts.ofCluster('1/r/c')).toEqual(counted(state, () => true))
        expect(counts.ofInstance('1/r/c/i')).toEqual(counted(state, () => true))
        expect(counts.ofService(SERVICE_KEY, 'n')).toEqual(counted(state, (service) => service === 'web'))
        expect(counts.ofDeployment(SERVICE_KEY, 'd')).toEqual(counted(state, (service) => service === 'web'))
        expect([...counts.endingOn(SERVICE_KEY, 'd')]).toEqual(endingOn(state))
      }
      const before = counts.ofCluster('1/r/c')
      state.reset()
      expect(counts.ofCluster('1/r/c')).toEqual(before)
      stop()
    }),
    { numRuns: 50 },
  )
})
