import { create } from '@bufbuild/protobuf'
import { DeleteSchema, type Mutation, MutationSchema } from '@homeport/wire/state'
import { ClusterSchema } from '@homeport/wire/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TransactionBuilder } from './transaction.ts'
import { View } from './view.ts'

const put = (table: string, key: string, indexTerms: string[]): Mutation =>
  create(MutationSchema, {
    table,
    key,
    change: {
      case: 'put',
      value: { value: new TextEncoder().encode(`${key} ${indexTerms.join()}`), indexTerms },
    },
  })

const remove = (table: string, key: string): Mutation =>
  create(MutationSchema, { table, key, change: { case: 'delete', value: create(DeleteSchema) } })

/** The oracle: a list of rows that is searched from one end to the other. */
interface PlainRow {
  readonly table: string
  readonly key: string
  readonly version: number
  readonly text: string
  readonly terms: readonly string[]
}

function applyPlainly(rows: readonly PlainRow[], revision: number, mutation: Mutation): PlainRow[] {
  const { table, key, change } = mutation
  const others = rows.filter((row) => row.table !== table || row.key !== key)
  if (change.case !== 'put') return others
  const text = new TextDecoder().decode(change.value.value)
  return [...others, { table, key, version: revision, text, terms: change.value.indexTerms }]
}

const TABLES = ['clusters', 'tasks'] as const
const TERMS = ['namespace=x', 'namespace=y', 'cluster=x', 'cluster=y', 'stopped=stopped']

const mutation: fc.Arbitrary<Mutation> = fc
  .record({
    table: fc.constantFrom(...TABLES),
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    terms: fc.uniqueArray(fc.constantFrom(...TERMS)),
    isPut: fc.boolean(),
  })
  .map(({ table, key, terms, isPut }) => (isPut ? put(table, key, terms) : remove(table, key)))

const revisions = fc.array(fc.array(mutation, { maxLength: 4 }), { maxLength: 40 })

const sorted = (values: Iterable<string>): string[] => [...values].toSorted()

function shown(view: View): string[] {
  const texts: string[] = []
  for (const name of TABLES) {
    const table = view.table(name)
    for (const row of table.rows()) {
      texts.push(`${name}/${row.key}@${row.version} ${new TextDecoder().decode(row.bytes)}`)
      expect(table.get(row.key)).toBe(row)
      expect(view.versionOf(name, row.key)).toBe(row.version)
    }
  }
  return sorted(texts)
}

function expectIndexesOf(view: View, rows: readonly PlainRow[]): void {
  for (const name of TABLES) {
    for (const indexTerm of TERMS) {
      const [index, term] = indexTerm.split('=') as [never, string]
      const expected = rows.filter((row) => row.table === name && row.terms.includes(indexTerm))
      const found = [...view.table(name).find(index, term)].map(({ key }) => key)
      expect(sorted(found)).toEqual(sorted(expected.map(({ key }) => key)))
      expect(view.table(name).count(index, term)).toBe(expected.length)
    }
  }
}

describe('View', () => {
  it('apply shows the rows and indexes of a plain list when mutations are random', () => {
    fc.assert(
      fc.property(revisions, (batches) => {
        const view = new View()
        let rows: PlainRow[] = []
        for (const [index, batch] of batches.entries()) {
          const revision = 2 * index + 1
          view.apply(revision, batch)
          for (const change of batch) rows = applyPlainly(rows, revision, change)
        }
        expect(shown(view)).toEqual(
          sorted(rows.map(({ table, key, version, text }) => `${table}/${key}@${version} ${text}`)),
        )
        expect(view.rowCount).toBe(rows.length)
        expectIndexesOf(view, rows)
      }),
    )
  })

  it('apply reports changes that turn the old rows into the new ones when carried out in order', () => {
    fc.assert(
      fc.property(revisions, (batches) => {
        const view = new View()
        const followed = new Map<string, unknown>()
        for (const [index, batch] of batches.entries()) {
          for (const { table, key, before, after } of view.apply(index + 1, batch)) {
            expect(followed.get(`${table}/${key}`)).toBe(before)
            if (after === undefined) followed.delete(`${table}/${key}`)
            else followed.set(`${table}/${key}`, after)
          }
        }
        expect(followed.size).toBe(view.rowCount)
      }),
    )
  })

  it('become shows another view in place when a snapshot has arrived', () => {
    const view = new View()
    const clusters = view.table('clusters')
    view.apply(5, [put('clusters', 'old', ['namespace=x'])])
    const snapshot = new View()
    snapshot.restore('clusters', 'new', { version: 7, bytes: new Uint8Array(), indexTerms: ['namespace=x'] })
    snapshot.reach(9)
    view.become(snapshot)
    expect(view.revision).toBe(9)
    expect([...clusters.rows()].map(({ key, version }) => [key, version])).toEqual([['new', 7]])
    expect([...clusters.find('namespace', 'x')].map(({ key }) => key)).toEqual(['new'])
  })

  it('apply keeps its own copy of the bytes when they are part of a larger message', () => {
    const view = new View()
    const message = new Uint8Array(1000)
    const change = put('clusters', 'a', [])
    if (change.change.case === 'put') change.change.value.value = message.subarray(10, 20)
    view.apply(1, [change])
    expect(view.table('clusters').get('a')?.bytes.buffer.byteLength).toBe(10)
  })

  it('apply leaves out a table when this version does not know it', () => {
    const view = new View()
    expect(view.apply(1, [put('inventions', 'a', []), put('clusters', 'a', [])])).toHaveLength(1)
    expect(view.versionOf('inventions', 'a')).toBe(0)
  })

  it('apply refuses a revision when it is not newer', () => {
    const view = new View()
    view.apply(3, [])
    expect(() => view.apply(3, [])).toThrow('not newer than 3')
  })
})

describe('TransactionBuilder', () => {
  it('put carries every index term of the entity when built', () => {
    const cluster = create(ClusterSchema, { accountId: '000000000000', region: 'eu-test-1', name: 'a' })
    const { mutations } = new TransactionBuilder().put('clusters', cluster).build('id')
    const view = new View()
    view.apply(1, mutations)
    expect(view.table('clusters').count('namespace', '000000000000/eu-test-1')).toBe(1)
  })

  it('put is not changed when the entity is changed afterwards', () => {
    const cluster = create(ClusterSchema, { accountId: '000000000000', region: 'eu-test-1', name: 'a' })
    const builder = new TransactionBuilder().put('clusters', cluster)
    cluster.document = 'later'
    const view = new View()
    view.apply(1, builder.build('id').mutations)
    expect(view.table('clusters').get('000000000000/eu-test-1/a')?.value.document).toBe('')
  })
})
