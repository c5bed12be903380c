import { create } from '@bufbuild/protobuf'
import { CommitError, TransactionBuilder } from '@homeport/store'
import { LeaseSchema } from '@homeport/wire/types'
import { describe, expect, it } from 'vitest'
import { createMemoryState } from './memory-state.ts'
import { stateContract } from './state-contract.ts'

const lease = (name: string) => create(LeaseSchema, { name })
const putLease = (name: string): TransactionBuilder => new TransactionBuilder().put('leases', lease(name))

describe('contract of a state in memory', () => {
  it.each(stateContract)('$title', async ({ run }) => {
    const { reader, writer } = createMemoryState()
    await expect(run({ reader, writer })).resolves.toBeUndefined()
  })
})

describe('createMemoryState', () => {
  it('commit answers before the view shows it when nobody waits', async () => {
    const { reader, writer } = createMemoryState()
    const outcome = await writer.commit(putLease('a'))
    expect(outcome).toEqual({ kind: 'committed', revision: 1 })
    expect(reader.view.revision).toBe(0)
    await reader.waitFor(1)
    expect(reader.view.table('leases').get('a')?.version).toBe(1)
  })

  it('commit applies nothing of a refused transaction when a row was not absent', async () => {
    const { reader, writer } = createMemoryState()
    await writer.commit(putLease('a'))
    const refused = await writer.commit(
      new TransactionBuilder().put('leases', lease('b')).insert('leases', lease('a')),
    )
    expect(refused).toEqual({ kind: 'conflict', table: 'leases', key: 'a', actualVersion: 1 })
    await writer.commit(putLease('c'))
    await reader.waitFor(2)
    expect(reader.view.table('leases').get('b')).toBeUndefined()
  })

  it('failNext rejects one commit when asked, applied or not', async () => {
    const state = createMemoryState()
    const error = new CommitError('UNAVAILABLE', 'no answer')
    state.failNext(error, { applied: true })
    state.failNext(error, { applied: false })
    await expect(state.writer.commit(putLease('a'))).rejects.toBe(error)
    await expect(state.writer.commit(putLease('b'))).rejects.toBe(error)
    expect(state.applied.map(({ mutations }) => mutations[0]?.key)).toEqual(['a'])
  })

  it('holdView keeps the view back when commits go on, and releaseView lets it catch up', async () => {
    const state = createMemoryState()
    const seen: number[] = []
    state.reader.onRevision(({ revision }) => seen.push(revision))
    state.holdView()
    await state.writer.commit(putLease('a'))
    await state.writer.commit(putLease('b'))
    expect(state.reader.view.revision).toBe(0)
    state.releaseView()
    expect(state.reader.view.revision).toBe(2)
    expect(seen).toEqual([1, 2])
  })
})
