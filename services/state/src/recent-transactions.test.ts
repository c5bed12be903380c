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
})
