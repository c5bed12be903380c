import { create, toBinary } from '@bufbuild/protobuf'
import { LogRecordSchema, TransactionSchema } from '@homeport/wire/state'
import { describe, expect, it } from 'vitest'
import {
  decodeRecord,
  encodeRecord,
  RECORD_FORMAT_VERSION,
  RECORD_OVERHEAD_BYTES,
  TRANSACTION_OVERHEAD_BYTES,
} from './log-record.ts'

const transaction = toBinary(TransactionSchema, create(TransactionSchema, { transactionId: 'one' }))

const encodeVersion = (formatVersion: number): Uint8Array =>
  toBinary(LogRecordSchema, create(LogRecordSchema, { formatVersion }))

describe('decodeRecord', () => {
  it('decodeRecord gives what encodeRecord was given', () => {
    const bytes = encodeRecord({
      leaderId: 'leader',
      writtenAtMs: 5,
      transactions: [transaction, transaction],
      refusedTransactionIds: ['two'],
    })
    const { leaderId, transactions, refusedTransactionIds } = decodeRecord(1, bytes)
    expect(refusedTransactionIds).toEqual(['two'])
    expect([leaderId, transactions.map((each) => each.transaction.transactionId)]).toEqual([
      'leader',
      ['one', 'one'],
    ])
  })

  it('decodeRecord refuses a record when a newer version wrote it', () => {
    expect(() => decodeRecord(9, encodeVersion(RECORD_FORMAT_VERSION + 1))).toThrow(
      expect.objectContaining({
        name: 'LogFormatError',
        code: 'NEWER_FORMAT',
        message: expect.stringContaining('log record 9'),
      }),
    )
  })

  it.each([
    ['states no format', encodeVersion(0)],
    ['is not a record', new Uint8Array([255, 255, 255])],
    [
      'holds something else than transactions',
      encodeRecord({
        leaderId: '',
        writtenAtMs: 0,
        transactions: [new Uint8Array([255])],
        refusedTransactionIds: [],
      }),
    ],
  ])('decodeRecord refuses bytes as DAMAGED when it %s', (_name, bytes) => {
    expect(() => decodeRecord(9, bytes)).toThrow(expect.objectContaining({ code: 'DAMAGED' }))
  })
})

describe('encodeRecord', () => {
  it('encodeRecord adds no more bytes than it states, whatever the number and size of transactions', () => {
    for (const [count, size] of [
      [0, 0],
      [1, 1_000_000],
      [500, 2000],
    ] as const) {
      const transactions = Array.from({ length: count }, () => new Uint8Array(size))
      const record = encodeRecord({
        leaderId: 'f'.repeat(16),
        writtenAtMs: 1.5e12,
        transactions,
        refusedTransactionIds: [],
      })
      const most = RECORD_OVERHEAD_BYTES + count * (size + TRANSACTION_OVERHEAD_BYTES)
      expect(record.length).toBeLessThanOrEqual(most)
    }
  })
})
