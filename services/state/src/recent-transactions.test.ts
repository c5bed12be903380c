import { describe, expect, it } from 'vitest'
import { RecentTransactions } from './recent-transactions.ts'

describe('RecentTransactions', () => {
  it('revisionOf gives where a transaction was applied, and forgets the oldest when there are too many', () => {
    const recent = new RecentTransactions(2)
    recent.remember('a', 1)
    recent.remember('b', 1)
    recent.remember('c', 2)
    expect(['a', 'b', 'c', 'd'].map((id) => recent.revisionOf(id))).toEqual([undefined, 1, 2, undefined])
  })
})
