import { create, toBinary } from '@bufbuild/protobuf'
import { TransactionBuilder } from '@homeport/store'
import { type Transaction, TransactionSchema } from '@homeport/wire/state'
import { LeaseSchema } from '@homeport/wire/types'
import { describe, expect, it } from 'vitest'
import type { QueuedTransaction } from './commit-queue.ts'
import { BATCH_TRANSACTIONS_MAX, type BatchContext, planBatch } from './plan-batch.ts'

const lease = (name: string) => create(LeaseSchema, { name })

function queued(id: string, build: (builder: TransactionBuilder) => void, resent = false): QueuedTransaction {
  const builder = new TransactionBuilder()
  build(builder)
  const transaction: Transaction = builder.build(id)
  const bytes = toBinary(TransactionSchema, transaction)
  return { transaction, bytes, resent, queuedAtMs: 0, answers: [], unclearAfter: undefined }
}

const insert = (id: string, name: string, resent = false): QueuedTransaction =>
  queued(id, (builder) => builder.insert('leases', lease(name)), resent)

const context = (parts: Partial<BatchContext> = {}): BatchContext => ({
  revision: 10,
  recordBytesMax: 1_000_000,
  versionOf: () => 0,
  outcomeOf: () => undefined,
  ...parts,
})

const ids = (transactions: readonly QueuedTransaction[]): string[] =>
  transactions.map(({ transaction }) => transaction.transactionId)

describe('planBatch', () => {
  it('planBatch takes everything when nothing conflicts', () => {
    const plan = planBatch([insert('1', 'a'), insert('2', 'b')], context())
    expect(ids(plan.members)).toEqual(['1', '2'])
    expect(plan).toMatchObject({ takenCount: 2, conflicts: [], duplicates: [], refusedTransactionIds: [] })
  })

  it('planBatch refuses the second of two inserts of one row, naming the version that the first will have', () => {
    const plan = planBatch([insert('1', 'a'), insert('2', 'a')], context())
    expect(ids(plan.members)).toEqual(['1'])
    expect(plan.conflicts.map(({ conflict }) => conflict)).toEqual([
      { table: 'leases', key: 'a', expectedVersion: 0, actualVersion: 11 },
    ])
  })

  it('planBatch accepts an insert when an earlier member deletes the row', () => {
    const remove = queued('1', (builder) => builder.delete('leases', 'a'))
    const plan = planBatch([remove, insert('2', 'a'), insert('3', 'a')], context({ versionOf: () => 4 }))
    expect(ids(plan.members)).toEqual(['1', '2'])
    expect(plan.conflicts).toHaveLength(1)
  })

  it('planBatch lays nothing of a refused transaction over the view', () => {
    const refused = queued('1', (builder) =>
      builder.insert('leases', lease('taken')).put('leases', lease('b')),
    )
    const plan = planBatch(
      [refused, insert('2', 'b')],
      context({ versionOf: (_, key) => (key === 'taken' ? 3 : 0) }),
    )
    expect(ids(plan.members)).toEqual(['2'])
  })

  it('planBatch needs no record when there are only duplicates and first conflicts', () => {
    const plan = planBatch(
      [insert('1', 'a'), insert('2', 'a')],
      context({ versionOf: () => 4, outcomeOf: (id) => (id === '1' ? 7 : undefined) }),
    )
    expect(plan.duplicates.map(({ revision }) => revision)).toEqual([7])
    expect(plan).toMatchObject({ takenCount: 2, members: [], refusedTransactionIds: [] })
  })

  it('planBatch names a transaction in the record when it was sent before and conflicts', () => {
    const plan = planBatch([insert('1', 'a', true)], context({ versionOf: () => 4 }))
    expect(plan).toMatchObject({ members: [], refusedTransactionIds: ['1'] })
  })

  it('planBatch refuses again what the log says was refused, although nothing conflicts any more', () => {
    const plan = planBatch([insert('1', 'a', true)], context({ outcomeOf: () => 'refused' }))
    expect(plan).toMatchObject({ members: [], refusedTransactionIds: [] })
    expect(plan.conflicts.map(({ conflict }) => conflict.key)).toEqual(['a'])
  })

  it('planBatch leaves the rest when the record is full', () => {
    const transactions = Array.from({ length: 10 }, (_, index) => insert(String(index), `row-${index}`))
    const bytes = transactions[0]?.bytes.length ?? 0
    const plan = planBatch(transactions, context({ recordBytesMax: 4 * bytes + 500 }))
    expect(plan.takenCount).toBeLessThan(10)
    expect(plan.takenCount).toBe(plan.members.length)
    const total = plan.members.reduce((sum, member) => sum + member.bytes.length, 0)
    expect(total).toBeLessThanOrEqual(4 * bytes + 500)
  })

  it('planBatch leaves the rest when there are too many', () => {
    const transactions = Array.from({ length: BATCH_TRANSACTIONS_MAX + 1 }, (_, index) =>
      insert(`${index}`, `${index}`),
    )
    expect(planBatch(transactions, context()).takenCount).toBe(BATCH_TRANSACTIONS_MAX)
  })
})
