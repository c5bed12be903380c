import { EventEmitter } from 'node:events'
import { create, fromBinary } from '@bufbuild/protobuf'
import { seededIds, seededRandom, silentLogger, systemClock } from '@homeport/runtime'
import {
  type CommitRequest,
  CommitResponseSchema,
  type CommitResult,
  CommitResultSchema,
  TransactionSchema,
} from '@homeport/wire/state'
import { ClusterSchema, LeaseSchema } from '@homeport/wire/types'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  COMMIT_TIMEOUT_MS,
  COMMITS_IN_FLIGHT_MAX,
  type CommitStream,
  Committer,
  TRANSACTION_BYTES_MAX,
} from './committer.ts'
import type { CommitOutcome } from './ports.ts'
import { TransactionBuilder } from './transaction.ts'

/** The other end of a commit stream, in a test's hands. */
class FakeStream extends EventEmitter implements CommitStream {
  readonly requests: CommitRequest[] = []
  isCancelled = false
  isFull = false

  write(request: CommitRequest): boolean {
    this.requests.push(request)
    return !this.isFull
  }

  cancel(): void {
    this.isCancelled = true
  }

  answer(transactionId: string, outcome: CommitResult['outcome']): void {
    const result = create(CommitResultSchema, { transactionId, outcome } as never)
    this.emit('data', create(CommitResponseSchema, { results: [result] }))
  }

  /** Ids of everything received. */
  get ids(): string[] {
    return this.requests.flatMap((request) => idsOf(request))
  }
}

const idsOf = (request: CommitRequest): string[] =>
  request.transactions.map((bytes) => fromBinary(TransactionSchema, bytes).transactionId)

const committedAt = (revision: number) =>
  ({ case: 'committed', value: { revision: BigInt(revision) } }) as never

const refusedWith = (code: string) => ({ case: 'refusal', value: { code, message: code } }) as never

const putLease = (name: string): TransactionBuilder =>
  new TransactionBuilder().put('leases', create(LeaseSchema, { name }))

/** Lets the turn of the event loop end, in which commits are collected. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

let streams: FakeStream[] = []
let committer: Committer

const streamAt = (index: number): FakeStream => {
  const stream = streams.at(index)
  if (stream === undefined) throw new Error(`no stream ${index}`)
  return stream
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
  streams = []
  committer = new Committer({
    clock: systemClock,
    random: seededRandom(1),
    ids: seededIds(seededRandom(2)),
    logger: silentLogger,
    openCommit: () => {
      const stream = new FakeStream()
      streams.push(stream)
      return stream
    },
  })
})

afterEach(async () => {
  await committer.stop()
  vi.useRealTimers()
})

/** A commit that the test looks at later; its failure is kept, not unhandled. */
function begin(builder: TransactionBuilder): { readonly settled: Promise<CommitOutcome | Error> } {
  return { settled: committer.commit(builder).catch((error: Error) => error) }
}

describe('Committer', () => {
  it('commit sends one request when many are made in one turn', async () => {
    const all = ['a', 'b', 'c'].map((name) => begin(putLease(name)))
    await turn()
    const stream = streamAt(0)
    expect(stream.requests.map(({ resent, transactions }) => [resent, transactions.length])).toEqual([
      [false, 3],
    ])
    for (const [index, id] of stream.ids.entries()) stream.answer(id, committedAt(10 + index))
    const outcomes = await Promise.all(all.map(({ settled }) => settled))
    expect(outcomes).toEqual([10, 11, 12].map((revision) => ({ kind: 'committed', revision })))
  })

  it('commit sends without waiting for earlier outcomes, which may come in any order', async () => {
    const first = begin(putLease('a'))
    await turn()
    const second = begin(putLease('b'))
    await turn()
    const [firstId = '', secondId = ''] = streamAt(0).ids
    streamAt(0).answer(secondId, committedAt(2))
    expect(await second.settled).toEqual({ kind: 'committed', revision: 2 })
    const conflict = { table: 'leases', key: 'a', expectedVersion: 0n, actualVersion: 1n }
    streamAt(0).answer(firstId, { case: 'conflict', value: conflict } as never)
    expect(await first.settled).toEqual({ kind: 'conflict', table: 'leases', key: 'a', actualVersion: 1 })
  })

  it('commit sends the same id again, marked as resent, when the stream breaks', async () => {
    const sent = begin(putLease('a'))
    await turn()
    streamAt(0).emit('error', new Error('broken'))
    const fresh = begin(putLease('b'))
    await vi.advanceTimersByTimeAsync(100)
    await turn()
    expect(streams).toHaveLength(2)
    const { requests } = streamAt(1)
    expect(requests.map(({ resent }) => resent)).toEqual([true, false])
    expect(requests.flatMap(idsOf)[0]).toBe(streamAt(0).ids[0])
    for (const id of streamAt(1).ids) streamAt(1).answer(id, committedAt(5))
    expect(await sent.settled).toEqual({ kind: 'committed', revision: 5 })
    expect(await fresh.settled).toEqual({ kind: 'committed', revision: 5 })
  })

  it('commit ignores what a broken stream still says', async () => {
    const sent = begin(putLease('a'))
    await turn()
    const [id = ''] = streamAt(0).ids
    streamAt(0).emit('end')
    streamAt(0).answer(id, committedAt(1))
    await vi.advanceTimersByTimeAsync(100)
    streamAt(1).answer(id, committedAt(2))
    expect(await sent.settled).toEqual({ kind: 'committed', revision: 2 })
  })

  it('commit fails as UNAVAILABLE when no outcome comes in time', async () => {
    const { settled } = begin(putLease('a'))
    await vi.advanceTimersByTimeAsync(COMMIT_TIMEOUT_MS)
    expect(await settled).toMatchObject({ name: 'CommitError', code: 'UNAVAILABLE', retryable: true })
    expect(committer.inFlightCount).toBe(0)
  })

  it('commit sends again when the log is unavailable, and fails when state is overloaded', async () => {
    const waits = begin(putLease('a'))
    const fails = begin(putLease('b'))
    await turn()
    const [waitingId = '', failingId = ''] = streamAt(0).ids
    streamAt(0).answer(waitingId, refusedWith('LOG_UNAVAILABLE'))
    streamAt(0).answer(failingId, refusedWith('OVERLOADED'))
    expect(await fails.settled).toMatchObject({ code: 'OVERLOADED', retryable: true })
    await vi.advanceTimersByTimeAsync(100)
    expect(streamAt(0).ids).toEqual([waitingId, failingId, waitingId])
    streamAt(0).answer(waitingId, committedAt(3))
    expect(await waits.settled).toEqual({ kind: 'committed', revision: 3 })
  })

  it('commit goes on when state is overloaded but an earlier sending may have been applied', async () => {
    const { settled } = begin(putLease('a'))
    await turn()
    const [id = ''] = streamAt(0).ids
    streamAt(0).emit('error', new Error('broken'))
    await vi.advanceTimersByTimeAsync(100)
    streamAt(1).answer(id, refusedWith('OVERLOADED'))
    await vi.advanceTimersByTimeAsync(1000)
    expect(streamAt(1).ids).toEqual([id, id])
    streamAt(1).answer(id, committedAt(4))
    expect(await settled).toEqual({ kind: 'committed', revision: 4 })
  })

  it('commit fails as INVALID when state will never take it', async () => {
    const { settled } = begin(putLease('a'))
    await turn()
    streamAt(0).answer(streamAt(0).ids[0] ?? '', refusedWith('INVALID'))
    expect(await settled).toMatchObject({ code: 'INVALID', retryable: false })
  })

  it('commit fails as INVALID when the transaction is too large for the log', async () => {
    const cluster = create(ClusterSchema, { accountId: '1', region: 'r', name: 'c' })
    cluster.document = 'x'.repeat(TRANSACTION_BYTES_MAX)
    const { settled } = begin(new TransactionBuilder().put('clusters', cluster))
    expect(await settled).toMatchObject({ code: 'INVALID' })
    expect(streams).toHaveLength(0)
  })

  it('commit fails as OVERLOADED when too many are under way', async () => {
    const accepted = Array.from({ length: COMMITS_IN_FLIGHT_MAX }, () => begin(putLease('a')))
    expect(await begin(putLease('b')).settled).toMatchObject({ code: 'OVERLOADED' })
    await committer.stop()
    expect(await accepted[0]?.settled).toMatchObject({ code: 'UNAVAILABLE' })
  })

  it('commit stops writing when the stream is full, and goes on when it drains', async () => {
    begin(putLease('a'))
    await turn()
    const stream = streamAt(0)
    stream.isFull = true
    begin(putLease('b'))
    await turn()
    begin(putLease('c'))
    await turn()
    expect(stream.ids).toHaveLength(2)
    stream.isFull = false
    stream.emit('drain')
    expect(stream.ids).toHaveLength(3)
  })

  it('commit splits requests when the transactions together exceed what one may hold', async () => {
    const large = (name: string): TransactionBuilder => {
      const cluster = create(ClusterSchema, { accountId: '1', region: 'r', name })
      cluster.document = 'x'.repeat(900_000)
      return new TransactionBuilder().put('clusters', cluster)
    }
    for (const name of ['a', 'b', 'c']) begin(large(name))
    await turn()
    expect(streamAt(0).requests.map(({ transactions }) => transactions.length)).toEqual([2, 1])
  })

  it('stop cancels the stream and fails what has no outcome', async () => {
    const { settled } = begin(putLease('a'))
    await turn()
    await committer.stop()
    expect(streamAt(0).isCancelled).toBe(true)
    expect([committer.inFlightCount, vi.getTimerCount()]).toEqual([0, 0])
    expect(await settled).toMatchObject({ code: 'UNAVAILABLE' })
    expect(await begin(putLease('b')).settled).toMatchObject({ code: 'UNAVAILABLE' })
  })
})
