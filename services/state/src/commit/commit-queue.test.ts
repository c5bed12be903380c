import { create } from '@bufbuild/protobuf'
import { type CommitResult, TransactionSchema } from '@homeport/wire/state'
import { describe, expect, it } from 'vitest'
import {
  CommitQueue,
  QUEUE_BYTES_MAX,
  QUEUE_TRANSACTIONS_MAX,
  type ReceivedTransaction,
} from './commit-queue.ts'
import { committed } from './results.ts'

const received = (id: string, options: Partial<ReceivedTransaction> = {}): ReceivedTransaction => ({
  transaction: create(TransactionSchema, { transactionId: id }),
  bytes: new Uint8Array(10),
  resent: false,
  ...options,
})

const idsOf = (queue: CommitQueue): string[] =>
  queue.waiting.map(({ transaction }) => transaction.transactionId)

const ignore = (): void => undefined

describe('CommitQueue', () => {
  it('offer queues once and answers everybody when a transaction is sent again', () => {
    const queue = new CommitQueue()
    const answers: [string, CommitResult][] = []
    queue.offer(received('1'), (result) => answers.push(['first', result]), 0)
    queue.offer(received('1', { resent: true }), (result) => answers.push(['second', result]), 0)
    const [queued] = queue.waiting
    if (queued === undefined) throw new Error('nothing waits')
    expect([idsOf(queue), queued.resent]).toEqual([['1'], true])
    queue.take(1)
    queue.settle(queued, committed('1', 5))
    expect(answers.map(([who]) => who)).toEqual(['first', 'second'])
    expect(queue.openCount).toBe(0)
  })

  it('offer finds a transaction that the leader has taken when it is sent again', () => {
    const queue = new CommitQueue()
    queue.offer(received('1'), ignore, 0)
    queue.take(1)
    queue.offer(received('1'), ignore, 0)
    expect([queue.openCount, idsOf(queue)]).toEqual([1, []])
  })

  it('putBack restores the order when newer ones wait', () => {
    const queue = new CommitQueue()
    for (const id of ['1', '2', '3']) queue.offer(received(id), ignore, 0)
    const taken = queue.waiting.slice(0, 2)
    queue.take(2)
    queue.offer(received('4'), ignore, 0)
    queue.putBack(taken)
    expect(idsOf(queue)).toEqual(['1', '2', '3', '4'])
  })

  it('offer refuses when there are too many transactions or bytes', () => {
    const queue = new CommitQueue()
    for (let index = 0; index < QUEUE_TRANSACTIONS_MAX; index += 1) {
      expect(queue.offer(received(String(index)), ignore, 0)).toBe(true)
    }
    expect(queue.offer(received('more'), ignore, 0)).toBe(false)
    expect(queue.offer(received('1'), ignore, 0)).toBe(true)
    const large = new CommitQueue()
    expect(large.offer(received('1', { bytes: new Uint8Array(QUEUE_BYTES_MAX) }), ignore, 0)).toBe(true)
    expect(large.offer(received('2'), ignore, 0)).toBe(false)
  })

  it('takeExpired removes what has expired and keeps the order of the rest', () => {
    const queue = new CommitQueue()
    for (const id of ['1', '2', '3']) queue.offer(received(id), ignore, Number(id))
    const expired = queue.takeExpired(({ queuedAtMs }) => queuedAtMs === 2)
    expect(expired.map(({ transaction }) => transaction.transactionId)).toEqual(['2'])
    expect(idsOf(queue)).toEqual(['1', '3'])
  })
})
