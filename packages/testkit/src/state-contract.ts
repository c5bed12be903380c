/**
 * What every state keeps, in memory or real, as cases to be run against both. A case may get a state that others
 * have used: it touches only rows of an account of its own.
 */
import assert from 'node:assert/strict'
import { create } from '@bufbuild/protobuf'
import { required } from '@homeport/base'
import {
  type AppliedRevision,
  type CommitOutcome,
  namespaceKey,
  namespaceMemberKey,
  type Row,
  type StateReader,
  type StateWriter,
  TransactionBuilder,
} from '@homeport/store'
import { type Cluster, ClusterSchema } from '@homeport/wire/types'

/** A ready state. */
export interface StateUnderTest {
  readonly reader: StateReader
  readonly writer: StateWriter
}

/** One case. */
export interface ContractCase<Subject> {
  /** As "symbol does X when Y". */
  readonly title: string
  /** Throws when the subject does not keep the contract. */
  readonly run: (subject: Subject) => Promise<void>
}

let accountCount = 0

/** One case's own rows, and the state that holds them. */
class Scope {
  readonly reader: StateReader
  readonly writer: StateWriter
  readonly namespace: { readonly accountId: string; readonly region: string }

  constructor(state: StateUnderTest) {
    this.reader = state.reader
    this.writer = state.writer
    accountCount += 1
    this.namespace = { accountId: String(accountCount).padStart(12, '0'), region: 'eu-test-1' }
  }

  cluster(name: string, document = ''): Cluster {
    return create(ClusterSchema, { ...this.namespace, name, document })
  }

  keyOf(name: string): string {
    return namespaceMemberKey(this.namespace, name)
  }

  row(name: string): Row<'clusters'> | undefined {
    return this.reader.view.table('clusters').get(this.keyOf(name))
  }

  existing(name: string): Row<'clusters'> {
    return required(this.row(name), `cluster ${name}`)
  }

  /** Commits, and waits until the view shows it. */
  async commit(build: (transaction: TransactionBuilder) => void): Promise<CommitOutcome> {
    const transaction = new TransactionBuilder()
    build(transaction)
    const outcome = await this.writer.commit(transaction)
    if (outcome.kind === 'committed') await this.reader.waitFor(outcome.revision)
    return outcome
  }

  async put(name: string, document = ''): Promise<number> {
    const outcome = await this.commit((transaction) =>
      transaction.put('clusters', this.cluster(name, document)),
    )
    return revisionOf(outcome)
  }

  names(): string[] {
    const rows = this.reader.view.table('clusters').find('namespace', namespaceKey(this.namespace))
    return [...rows].map((row) => row.value.name).toSorted()
  }
}

function revisionOf(outcome: CommitOutcome): number {
  assert.equal(outcome.kind, 'committed')
  return outcome.kind === 'committed' ? outcome.revision : 0
}

const contractCase = (title: string, run: (scope: Scope) => Promise<void>): ContractCase<StateUnderTest> => ({
  title,
  run: (state) => run(new Scope(state)),
})

/** See the head of this file. */
export const stateContract: readonly ContractCase<StateUnderTest>[] = [
  contractCase('commit shows the row at its revision when the view has reached it', async (scope) => {
    const revision = await scope.put('a', 'one')
    assert.equal(scope.existing('a').version, revision)
    assert.equal(scope.existing('a').value.document, 'one')
    assert.ok(scope.reader.view.revision >= revision)
  }),
  contractCase('commit refuses an insert when the row exists, and applies nothing of it', async (scope) => {
    const revision = await scope.put('a')
    const outcome = await scope.commit((transaction) =>
      transaction.put('clusters', scope.cluster('b')).insert('clusters', scope.cluster('a', 'two')),
    )
    const key = scope.keyOf('a')
    assert.deepEqual(outcome, { kind: 'conflict', table: 'clusters', key, actualVersion: revision })
    await scope.put('c')
    assert.deepEqual(scope.names(), ['a', 'c'])
    assert.equal(scope.existing('a').value.document, '')
  }),
  contractCase('commit refuses an update when the row was written since it was read', async (scope) => {
    await scope.put('a', 'one')
    const stale = scope.existing('a')
    const revision = await scope.put('a', 'two')
    const outcome = await scope.commit((transaction) =>
      transaction.update('clusters', stale, scope.cluster('a', 'three')),
    )
    const key = scope.keyOf('a')
    assert.deepEqual(outcome, { kind: 'conflict', table: 'clusters', key, actualVersion: revision })
    assert.equal(scope.existing('a').value.document, 'two')
  }),
  contractCase('commit refuses an update when the row was deleted since it was read', async (scope) => {
    await scope.put('a')
    const stale = scope.existing('a')
    await scope.commit((transaction) => transaction.delete('clusters', scope.keyOf('a')))
    const outcome = await scope.commit((transaction) =>
      transaction.update('clusters', stale, scope.cluster('a')),
    )
    const key = scope.keyOf('a')
    assert.deepEqual(outcome, { kind: 'conflict', table: 'clusters', key, actualVersion: 0 })
    assert.equal(scope.row('a'), undefined)
  }),
  contractCase('commit refuses an update when the row was deleted and made anew', async (scope) => {
    await scope.put('a')
    const stale = scope.existing('a')
    await scope.commit((transaction) => transaction.delete('clusters', scope.keyOf('a')))
    await scope.put('a', 'second life')
    const outcome = await scope.commit((transaction) =>
      transaction.update('clusters', stale, scope.cluster('a')),
    )
    assert.equal(outcome.kind, 'conflict')
  }),
  contractCase('commit accepts a transaction that only expects when what it expects holds', async (scope) => {
    await scope.put('a')
    const outcome = await scope.commit((transaction) =>
      transaction.expectUnchanged('clusters', scope.existing('a')).expectAbsent('clusters', scope.keyOf('b')),
    )
    assert.equal(outcome.kind, 'committed')
    assert.deepEqual(scope.names(), ['a'])
  }),
  contractCase('commit accepts a delete when there is no row', async (scope) => {
    const outcome = await scope.commit((transaction) => transaction.delete('clusters', scope.keyOf('a')))
    assert.equal(outcome.kind, 'committed')
  }),
  contractCase('commit lets exactly one win when many insert the same row at once', async (scope) => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        scope.writer.commit(new TransactionBuilder().insert('clusters', scope.cluster('a', String(index)))),
      ),
    )
    const winners = outcomes.flatMap((outcome, index) => (outcome.kind === 'committed' ? [index] : []))
    assert.equal(winners.length, 1)
    await scope.put('b')
    assert.equal(scope.existing('a').value.document, String(winners[0]))
  }),
  contractCase('commit keeps the order of calls when many are made in one turn', async (scope) => {
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        scope.writer.commit(new TransactionBuilder().put('clusters', scope.cluster('a', String(index)))),
      ),
    )
    const revisions = outcomes.map(revisionOf)
    assert.deepEqual(
      revisions,
      revisions.toSorted((left, right) => left - right),
    )
    await scope.reader.waitFor(Math.max(...revisions))
    assert.equal(scope.existing('a').value.document, '49')
  }),
  contractCase('onRevision tells the changes of a transaction together when it is applied', async (scope) => {
    await scope.put('a', 'one')
    const seen: AppliedRevision[] = []
    const shown: number[] = []
    const unsubscribe = scope.reader.onRevision((applied) => {
      seen.push(applied)
      shown.push(scope.reader.view.revision)
    })
    const outcome = await scope.commit((transaction) =>
      transaction
        .put('clusters', scope.cluster('a', 'two'))
        .put('clusters', scope.cluster('b'))
        .delete('clusters', scope.keyOf('a')),
    )
    unsubscribe()
    await scope.put('c')
    const own = seen.filter(({ revision }) => revision === revisionOf(outcome))
    const changes = own.flatMap((applied) => applied.changes)
    assert.deepEqual(
      changes.map(({ key, before, after }) => [key, documentOf(before), documentOf(after)]),
      [
        [scope.keyOf('a'), 'one', 'two'],
        [scope.keyOf('b'), undefined, ''],
        [scope.keyOf('a'), 'two', undefined],
      ],
    )
    assert.deepEqual(
      shown,
      seen.map(({ revision }) => revision),
    )
    assert.ok(seen.every(({ revision }) => revision <= revisionOf(outcome)))
  }),
  contractCase('find and count follow a row when it comes, changes and goes', async (scope) => {
    const count = () => scope.reader.view.table('clusters').count('namespace', namespaceKey(scope.namespace))
    await scope.put('a')
    await scope.put('b')
    await scope.put('a', 'again')
    assert.deepEqual(scope.names(), ['a', 'b'])
    assert.equal(count(), 2)
    await scope.commit((transaction) => transaction.delete('clusters', scope.keyOf('a')))
    assert.deepEqual(scope.names(), ['b'])
    assert.equal(count(), 1)
  }),
  contractCase(
    'waitFor resolves when the revision was reached, and rejects when aborted before',
    async (scope) => {
      const revision = await scope.put('a')
      await scope.reader.waitFor(revision)
      const abort = new AbortController()
      const waiting = scope.reader.waitFor(revision + 1_000_000, abort.signal)
      abort.abort()
      await assert.rejects(waiting, { name: 'AbortError' })
    },
  ),
]

const documentOf = (row: Row | undefined): string | undefined =>
  row === undefined ? undefined : (row as Row<'clusters'>).value.document
