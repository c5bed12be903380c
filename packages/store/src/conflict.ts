import type { Expectation, Transaction } from '@homeport/wire/state'

/** A row that is not as a transaction expected it. */
export interface RowConflict {
  readonly table: string
  readonly key: string
  /** 0: the row was to be absent. */
  readonly expectedVersion: number
  /** 0: the row does not exist. */
  readonly actualVersion: number
}

/** The version of a row; 0: it does not exist. */
export type VersionOf = (table: string, key: string) => number

/** The first expectation, in the transaction's order, that does not hold; `undefined`: all hold. */
export function findConflict(transaction: Transaction, versionOf: VersionOf): RowConflict | undefined {
  for (const expectation of transaction.expectations) {
    const conflict = conflictOf(expectation, versionOf)
    if (conflict !== undefined) return conflict
  }
  return undefined
}

function conflictOf(expectation: Expectation, versionOf: VersionOf): RowConflict | undefined {
  const { table, key } = expectation
  const expectedVersion = Number(expectation.version)
  const actualVersion = versionOf(table, key)
  return actualVersion === expectedVersion ? undefined : { table, key, expectedVersion, actualVersion }
}
