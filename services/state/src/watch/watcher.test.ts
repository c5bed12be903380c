import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { View } from '@homeport/store'
import { flushMicrotasks } from '@homeport/testkit'
import {
  type Mutation,
  MutationSchema,
  TransactionSchema,
  type WatchResponse,
  WatchResponseSchema,
} from '@homeport/wire/state'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChangeRing, tableFilter } from './change-ring.ts'
import { Watcher, type WatchStart } from './watcher.ts'

const put = (table: string, key: string, byteCount = 1): Mutation =>
  create(MutationSchema, {
    table,
    key,
    change: { case: 'put', value: { value: new Uint8Array(byteCount), indexTerms: [`t=${key}`] } },
  })

/** A source, and the watchers on it. */
class Harness {
  readonly view = new View()
  readonly ring: ChangeRing
  readonly watchers = new Set<Watcher>()
  snapshotCount = 0

  constructor(limits = { records: 100, bytes: 1_000_000 }) {
    this.ring = new ChangeRing(limits)
  }

  apply(revision: number, mutations: Mutation[]): void {
    this.view.apply(revision, mutations)
    const transaction = create(TransactionSchema, { transactionId: `${revision}`, mutations })
    this.ring.add({ revision, transactions: [toBinary(TransactionSchema, transaction)] })
    for (const watcher of this.watchers) watcher.pump()
  }

  watch(start: Partial<WatchStart> = {}, capacity = Number.POSITIVE_INFINITY): Client {
    const client = new Client(capacity)
    const { ring, view } = this
    const source = {
      ring,
      view,
      logId: 'log',
      onSnapshot: () => {
        this.snapshotCount += 1
      },
    }
    const watcher = new Watcher(source, client, {
      afterRevision: 0,
      logId: '',
      filter: tableFilter([]),
      ...start,
    })
    client.watcher = watcher
    this.watchers.add(watcher)
    return client
  }
}

const mutationsOf = (transactions: readonly Uint8Array[]): Mutation[] =>
  transactions.flatMap((bytes) => fromBinary(TransactionSchema, bytes).mutations)

/** Applies what it is sent, as a replica does; takes `capacity` messages between drains. */
class Client {
  readonly messages: WatchResponse[] = []
  readonly #capacity: number
  #room: number
  watcher: Watcher | undefined

  constructor(capacity: number) {
    this.#capacity = capacity
    this.#room = capacity
  }

  write(bytes: Uint8Array): boolean {
    if (this.#room <= 0) throw new Error('written to although full')
    this.#room -= 1
    this.messages.push(fromBinary(WatchResponseSchema, bytes))
    return this.#room > 0
  }

  drain(): void {
    this.#room = this.#capacity
    this.watcher?.drained()
  }

  /** `s` snapshot chunk, `c` change, `-` greeting; with the revision. */
  get trace(): string[] {
    return this.messages.map(({ event }) => {
      if (event.case === 'snapshotChunk') return `s${event.value.revision}`
      return event.case === 'changes' ? `c${event.value.revision}` : '-'
    })
  }

  /** What a replica would show. */
  get shown(): View {
    let shown = new View()
    for (const { event } of this.messages) {
      if (event.case === 'changes')
        shown.apply(Number(event.value.revision), mutationsOf(event.value.transactions))
      if (event.case !== 'snapshotChunk') continue
      if (event.value.first) shown = new View()
      for (const { table, key, version, value, indexTerms } of event.value.rows) {
        shown.restore(table, key, { version: Number(version), bytes: value, indexTerms })
      }
      if (event.value.last) shown.reach(Number(event.value.revision))
    }
    return shown
  }
}

const rowsOf = (view: View): string[] =>
  (['clusters', 'tasks'] as const)
    .flatMap((name) => [...view.table(name).rows()].map((row) => `${name}/${row.key}@${row.version}`))
    .toSorted()

describe('Watcher', () => {
  it('watch begins with a snapshot, also of nothing, and goes on with changes', () => {
    const harness = new Harness()
    const client = harness.watch()
    harness.apply(3, [put('clusters', 'a')])
    expect(client.trace).toEqual(['s0', 'c3'])
  })

  it('watch continues with a greeting when it asks for what is kept', () => {
    const harness = new Harness()
    for (const revision of [1, 2, 3]) harness.apply(revision, [put('clusters', `${revision}`)])
    expect(harness.watch({ afterRevision: 1, logId: 'log' }).trace).toEqual(['-', 'c2', 'c3'])
    expect(harness.watch({ afterRevision: 3, logId: 'log' }).trace).toEqual(['-'])
    expect(harness.snapshotCount).toBe(0)
  })

  it('watch begins with a snapshot when the revisions are those of another log', () => {
    const harness = new Harness()
    harness.apply(1, [put('clusters', 'a')])
    expect(harness.watch({ afterRevision: 1, logId: 'other' }).trace).toEqual(['s1'])
  })

  it('watch waits for what is newer when it is ahead', () => {
    const harness = new Harness()
    const client = harness.watch({ afterRevision: 2, logId: 'log' })
    for (const revision of [1, 2, 3]) harness.apply(revision, [])
    expect(client.trace).toEqual(['-', 'c3'])
  })

  it('watch starts again with a snapshot when it fell behind what is kept', async () => {
    const harness = new Harness({ records: 3, bytes: 1_000_000 })
    const client = harness.watch({}, 1)
    for (let revision = 1; revision <= 5; revision += 1)
      harness.apply(revision, [put('clusters', `${revision}`)])
    expect(client.trace).toEqual(['s0'])
    client.drain()
    expect(client.trace).toEqual(['s0', 's5'])
    harness.apply(6, [])
    client.drain()
    await flushMicrotasks()
    expect(client.trace).toEqual(['s0', 's5', 'c6'])
  })

  it('watch keeps no more bytes than the limit, whatever the number of records', () => {
    const harness = new Harness({ records: 100, bytes: 1000 })
    for (let revision = 1; revision <= 10; revision += 1) harness.apply(revision, [put('clusters', 'a', 400)])
    expect(harness.ring.after(7)).toBe('lost')
    expect(harness.ring.after(8)).toMatchObject({ revision: 9 })
  })

  it('watch sends only the tables that were asked for, and every revision', () => {
    const harness = new Harness()
    harness.apply(1, [put('clusters', 'a'), put('tasks', 't')])
    const client = harness.watch({ filter: tableFilter(['tasks']) })
    harness.apply(2, [put('clusters', 'b')])
    expect(client.trace).toEqual(['s1', 'c2'])
    expect(rowsOf(client.shown)).toEqual(['tasks/t@1'])
  })

  it('watch sends a large snapshot in chunks that show one revision although the view goes on', async () => {
    const harness = new Harness()
    harness.apply(
      1,
      Array.from({ length: 2500 }, (_, index) => put('clusters', `${index}`)),
    )
    const client = harness.watch({}, 1)
    harness.apply(2, [put('clusters', '2400'), put('clusters', 'new')])
    while (client.trace.at(-1) !== 'c2') {
      client.drain()
      await flushMicrotasks()
    }
    expect(client.trace).toEqual(['s1', 's1', 's1', 'c2'])
    expect(rowsOf(client.shown)).toEqual(rowsOf(harness.view))
  })

  it('close writes nothing any more', () => {
    const harness = new Harness()
    const client = harness.watch()
    client.watcher?.close()
    harness.apply(1, [])
    expect(client.trace).toEqual(['s0'])
  })

  it('watch shows the view in the end when changes, drains and reconnects are random', async () => {
    const step = fc.constantFrom('apply', 'apply', 'apply', 'drain', 'reconnect')
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 3 }),
        async (steps, capacity) => {
          const harness = new Harness({ records: 4, bytes: 1_000_000 })
          let client = harness.watch({}, capacity)
          let revision = 0
          for (const [index, name] of steps.entries()) {
            if (name === 'apply')
              harness.apply((revision += 2), [put(index % 2 === 0 ? 'clusters' : 'tasks', `${index % 5}`)])
            else if (name === 'drain') client.drain()
            else {
              const { shown, messages } = client
              client.watcher?.close()
              client = harness.watch({ afterRevision: shown.revision, logId: 'log' }, capacity)
              client.messages.unshift(...messages)
            }
          }
          for (let turn = 0; turn < 40; turn += 1) {
            client.drain()
            await flushMicrotasks()
          }
          expect(client.shown.revision).toBe(revision)
          expect(rowsOf(client.shown)).toEqual(rowsOf(harness.view))
        },
      ),
      { numRuns: 50 },
    )
  })
})
