import { create } from '@bufbuild/protobuf'
import { AssignmentSnapshotSchema, AssignmentUpdateSchema } from '@homeport/wire/agent'
import { expect, it } from 'vitest'
import { type AssignmentMessages, type OutboundContent, type OutboundStream, Outbox } from './outbox.ts'

class FakeStream implements OutboundStream {
  writableNeedDrain = false
  readonly written: OutboundContent[] = []

  write(content: OutboundContent): void {
    this.written.push(content)
  }

  get cases(): string[] {
    return this.written.map((content) => content.case)
  }
}

const assignments: AssignmentMessages = {
  snapshot: () => ({ case: 'snapshot', value: create(AssignmentSnapshotSchema) }),
  update: (keys) => ({
    case: 'update',
    value: create(AssignmentUpdateSchema, { assignments: [...keys].map((taskId) => ({ taskId })) }),
  }),
}

const endOfTurn = (): Promise<void> => Promise.resolve()

it('Outbox sends at the end of the turn, assignments before answers', async () => {
  const stream = new FakeStream()
  const outbox = new Outbox(stream)
  outbox.noteAcknowledged(7n)
  outbox.noteHeartbeat(3n)
  outbox.startAssignments(assignments)
  expect(stream.cases).toEqual([])
  await endOfTurn()
  expect(stream.cases).toEqual(['snapshot', 'heartbeatAnswer', 'acknowledgement'])
})

it('Outbox merges what waits while the stream asks to wait', async () => {
  const stream = new FakeStream()
  const outbox = new Outbox(stream)
  outbox.startAssignments(assignments)
  await endOfTurn()
  stream.writableNeedDrain = true
  for (let round = 1n; round <= 1000n; round += 1n) {
    outbox.noteTask(round % 2n === 0n ? 'even' : 'odd')
    outbox.noteAcknowledged(round)
    outbox.noteHeartbeat(round)
  }
  await endOfTurn()
  expect(stream.cases).toEqual(['snapshot'])
  stream.writableNeedDrain = false
  outbox.flush()
  expect(stream.written.slice(1)).toMatchObject([
    { case: 'update', value: { assignments: [{ taskId: 'odd' }, { taskId: 'even' }] } },
    { case: 'heartbeatAnswer', value: { sequence: 1000n } },
    { case: 'acknowledgement', value: { sequence: 1000n } },
  ])
})

it('Outbox lets a snapshot that is still to be sent speak for single tasks', async () => {
  const stream = new FakeStream()
  const outbox = new Outbox(stream)
  outbox.startAssignments(assignments)
  outbox.noteTask('a')
  await endOfTurn()
  expect(stream.cases).toEqual(['snapshot'])
})

it('Outbox says nothing of assignments before they are started and after they are stopped', async () => {
  const stream = new FakeStream()
  const outbox = new Outbox(stream)
  outbox.noteTask('a')
  outbox.startAssignments(assignments)
  await endOfTurn()
  outbox.noteTask('b')
  outbox.stopAssignments()
  await endOfTurn()
  expect(stream.cases).toEqual(['snapshot'])
})

it('Outbox sends nothing when it is closed', async () => {
  const stream = new FakeStream()
  const outbox = new Outbox(stream)
  outbox.noteHeartbeat(1n)
  outbox.close()
  await endOfTurn()
  expect(stream.written).toEqual([])
})
