/** Goal: kept lists equal those made from all rows, after any history. Method: random writes, and a slow oracle. */
import { create } from '@bufbuild/protobuf'
import { TransactionBuilder } from '@homeport/store'
import { createMemoryState } from '@homeport/testkit'
import { TaskSchema, TaskStatus } from '@homeport/wire/types'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type ListedStatus, TaskLists } from './task-lists.ts'

const CLUSTER = { accountId: '1', region: 'r', cluster: 'c' }

const writes = fc.array(
  fc.record({
    taskId: fc.constantFrom('t1', 't2', 't3', 't4'),
    lastStatus: fc.constantFrom(TaskStatus.PENDING, TaskStatus.RUNNING, TaskStatus.STOPPED),
    desiredStatus: fc.constantFrom(TaskStatus.RUNNING, TaskStatus.STOPPED),
    isDelete: fc.boolean(),
    isReset: fc.boolean(),
  }),
  { maxLength: 12 },
)

it('TaskLists equal what the rows say when tasks come, change and go', async () => {
  await fc.assert(
    fc.asyncProperty(writes, async (history) => {
      const state = createMemoryState()
      const lists = new TaskLists()
      const stop = lists.follow(state.reader)
      for (const { taskId, lastStatus, desiredStatus, isDelete, isReset } of history) {
        const spec = { taskDefinition: 'web:1', containerInstanceId: 'i', service: 'web' }
        const task = create(TaskSchema, { ...CLUSTER, taskId, spec, desiredStatus, observed: { lastStatus } })
        const transaction = new TransactionBuilder()
        if (isDelete) transaction.delete('tasks', `1/r/c/${taskId}`)
        else transaction.put('tasks', task)
        const outcome = await state.writer.commit(transaction)
        if (outcome.kind === 'committed') await state.reader.waitFor(outcome.revision)
        if (isReset) state.reset()
      }
      const rows = [...state.reader.view.table('tasks').rows()]
      const expected = (status: ListedStatus, isBoundOnly = false): string[] =>
        rows
          .filter(({ value }) => {
            const isBound = value.observed?.lastStatus !== TaskStatus.STOPPED
            const isWanted = isBound && value.desiredStatus === TaskStatus.RUNNING
            return isWanted === (status === 'RUNNING') && (isBound || !isBoundOnly)
          })
          .map(({ key }) => key)
          .toSorted()
      for (const status of ['RUNNING', 'STOPPED'] as const) {
        expect([...lists.ofCluster(status, '1/r/c').after(undefined)]).toEqual(expected(status))
        expect([...lists.ofService(status, '1/r/c/web').after(undefined)]).toEqual(expected(status))
        expect([...lists.ofTaskDefinition(status, '1/r/web:1').after(undefined)]).toEqual(expected(status))
        expect([...lists.ofInstance(status, '1/r/c/i').after(undefined)]).toEqual(expected(status, true))
      }
      stop()
    }),
  )
})
