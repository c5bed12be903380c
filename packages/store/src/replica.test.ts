import { EventEmitter } from 'node:events'
import { create, toBinary } from '@bufbuild/protobuf'
import { seededRandom, silentLogger, systemClock } from '@homeport/runtime'
import {
  type SnapshotChunk,
  TransactionSchema,
  type WatchRequest,
  WatchResponseSchema,
} from '@homeport/wire/state'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Replica, type WatchStream } from './replica.ts'

/** The other end of a watch, in a test's hands. */
class FakeWatch extends EventEmitter implements WatchStream {
  readonly request: Pick<WatchRequest, 'afterRevision' | 'logId'>
  isCancelled = false

  constructor(request: FakeWatch['request']) {
    super()
    this.request = request
  }

  cancel(): void {
    this.isCancelled = true
  }

  greet(): void {
    this.emit('data', create(WatchResponseSchema))
  }

  chunk(revision: number, keys: string[], part: Partial<SnapshotChunk> = {}): void {
    const rows = keys.map((key) => ({
      table: 'clusters',
      key,
      version: 1n,
      value: new Uint8Array(),
      indexTerms: [],
    }))
    const value = { revision: BigInt(revision), rows, first: true, last: true, logId: 'log', ...part }
    this.emit('data', create(WatchResponseSchema, { event: { case: 'snapshotChunk', value } } as never))
  }

  change(revision: number, key: string): void {
    const put = { case: 'put' as const, value: { value: new Uint8Array(), indexTerms: [] } }
    const transaction = create(TransactionSchema, { mutations: [{ table: 'clusters', key, change: put }] })
    const value = { revision: BigInt(revision), transactions: [toBinary(TransactionSchema, transaction)] }
    this.emit('data', create(WatchResponseSchema, { event: { case: 'changes', value } } as never))
  }
}

const LONGEST_RECONNECT_MS = 2000

let watches: FakeWatch[] = []
let replica: Replica

const watchAt = (index: number): FakeWatch => {
  const watch = watches.at(index)
  if (watch === undefined) throw new Error(`no watch ${index}`)
  return watch
}

const keys = (): string[] => [...replica.view.table('clusters').rows()].map(({ key }) => key)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
  watches = []
  replica = new Replica({
    clock: systemClock,
    random: seededRandom(1),
    logger: silentLogger,
    tables: [],
    openWatch: (request) => {
      const watch = new FakeWatch(request)
      watches.push(watch)
      return watch
    },
  })
})

afterEach(async () => {
  await replica.stop()
  vi.useRealTimers()
})

describe('Replica', () => {
  it('view shows a snapshot only when its last chunk has come', () => {
    const resets: number[] = []
    replica.onReset(() => resets.push(replica.view.revision))
    watchAt(0).chunk(7, ['a'], { last: false })
    expect([replica.ready, replica.view.revision, keys()]).toEqual([false, 0, []])
    watchAt(0).chunk(7, ['b'], { first: false })
    expect([replica.ready, replica.view.revision, keys()]).toEqual([true, 7, ['a', 'b']])
    expect(resets).toEqual([7])
  })

  it('view follows changes and tells listeners when they come', () => {
    const seen: unknown[] = []
    watchAt(0).chunk(7, [])
    replica.onRevision(({ revision, changes }) =>
      seen.push([revision, changes.map(({ key }) => key), keys()]),
    )
    watchAt(0).change(9, 'a')
    watchAt(0).change(10, 'b')
    expect(seen).toEqual([
      [9, ['a'], ['a']],
      [10, ['b'], ['a', 'b']],
    ])
  })

  it('watch continues after what is shown when the stream breaks', async () => {
    watchAt(0).chunk(7, ['a'])
    watchAt(0).change(8, 'b')
    watchAt(0).emit('error', new Error('broken'))
    watchAt(0).change(9, 'too late')
    await vi.advanceTimersByTimeAsync(LONGEST_RECONNECT_MS)
    expect(watches).toHaveLength(2)
    expect(watchAt(1).request).toMatchObject({ afterRevision: 8n, logId: 'log' })
    watchAt(1).change(9, 'c')
    expect([replica.view.revision, keys()]).toEqual([9, ['a', 'b', 'c']])
  })

  it('view keeps the old rows until a new snapshot is complete, then forgets those that are gone', async () => {
    watchAt(0).chunk(7, ['a', 'b'])
    watchAt(0).emit('end')
    await vi.advanceTimersByTimeAsync(LONGEST_RECONNECT_MS)
    watchAt(1).chunk(20, ['b'], { last: false })
    watchAt(1).emit('error', new Error('broken'))
    await vi.advanceTimersByTimeAsync(LONGEST_RECONNECT_MS)
    expect(keys()).toEqual(['a', 'b'])
    expect(watchAt(2).request.afterRevision).toBe(7n)
    watchAt(2).chunk(21, ['b'], { last: false })
    watchAt(2).chunk(21, ['c'], { first: false })
    expect([replica.view.revision, keys()]).toEqual([21, ['b', 'c']])
  })

  it('view starts over when the log was replaced by one that is shorter', async () => {
    watchAt(0).chunk(700, ['a'])
    watchAt(0).emit('end')
    await vi.advanceTimersByTimeAsync(LONGEST_RECONNECT_MS)
    watchAt(1).chunk(3, ['z'], { logId: 'other' })
    expect([replica.view.revision, keys()]).toEqual([3, ['z']])
    watchAt(1).emit('end')
    await vi.advanceTimersByTimeAsync(LONGEST_RECONNECT_MS)
    expect(watchAt(2).request).toMatchObject({ afterRevision: 3n, logId: 'other' })
  })

  it('waitFor resolves when the revision comes by a change or by a snapshot', async () => {
    const first = replica.waitFor(7)
    const second = replica.waitFor(9)
    let isReached = false
    void second.then(() => {
      isReached = true
    })
    watchAt(0).chunk(8, [])
    await first
    expect(isReached).toBe(false)
    watchAt(0).change(9, 'a')
    await second
    await replica.waitFor(9)
  })

  it('waitFor rejects when its signal aborts', async () => {
    const abort = new AbortController()
    const waiting = replica.waitFor(1, abort.signal)
    abort.abort()
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
    await expect(replica.waitFor(1, abort.signal)).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('failingSinceMs is set when the stream breaks, and cleared by a greeting', async () => {
    watchAt(0).chunk(7, [])
    const brokenAtMs = systemClock.now()
    watchAt(0).emit('error', new Error('broken'))
    expect(replica.failingSinceMs).toBe(brokenAtMs)
    await vi.advanceTimersByTimeAsync(LONGEST_RECONNECT_MS)
    watchAt(1).emit('error', new Error('still broken'))
    await vi.advanceTimersByTimeAsync(LONGEST_RECONNECT_MS)
    expect(replica.failingSinceMs).toBe(brokenAtMs)
    watchAt(2).greet()
    expect(replica.failingSinceMs).toBeUndefined()
  })

  it('stop cancels the watch and opens no other', async () => {
    watchAt(0).emit('end')
    await vi.advanceTimersByTimeAsync(LONGEST_RECONNECT_MS)
    await replica.stop()
    expect(vi.getTimerCount()).toBe(0)
    expect(watchAt(1).isCancelled).toBe(true)
    watchAt(1).emit('error', new Error('cancelled'))
    await vi.advanceTimersByTimeAsync(LONGEST_RECONNECT_MS)
    expect(watches).toHaveLength(2)
  })
})
