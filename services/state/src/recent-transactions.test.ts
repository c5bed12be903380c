import { describe, expect, it } from 'vitest'
import { RecentTransactions } from './recent-transactions.ts'

describe('RecentTransactions', () => {
  it('outcomeOf gives what became of a transaction, and forgets the oldest when there are too many', () => {
    const recent = new RecentTransactions(2)
    recent.remember('a', 1)
    recent.remember('b', 'refused')
    recent.remember('c', 2)
    expect(['a', 'b', 'c', 'd'].map((id) => recent.outcomeOf(id))).toEqual([
      undefined,
      'refused',
      2,
      undefined,
    ])
  })

  it('remember forgets in the order of arrival when a transaction is noted again', () => {
    const recent = new RecentTransactions(2)
    for (const [id, revision] of [
      ['a', 1],
      ['b', 2],
      ['a', 3],
      ['c', 4],
    ] as const)
      recent.remember(id, revision)
    expect(['a', 'b', 'c'].map((id) => recent.outcomeOf(id))).toEqual([undefined, 2, 4])
    recent.remember('d', 5)
    expect(['b', 'c', 'd'].map((id) => recent.outcomeOf(id))).toEqual([undefined, 4, 5])
  })
})
