import { isTableName } from '@homeport/store'
import type { Transaction } from '@homeport/wire/state'

/** A UUID has 36. */
const TRANSACTION_ID_LENGTH_MAX = 64

/** Why state can never apply the transaction; `undefined`: it can. The values are the writer's own business. */
export function invalidReason(
  transaction: Transaction,
  byteCount: number,
  bytesMax: number,
): string | undefined {
  const { transactionId } = transaction
  if (transactionId === '' || transactionId.length > TRANSACTION_ID_LENGTH_MAX) {
    return `Cannot commit: a transaction id has 1 to ${TRANSACTION_ID_LENGTH_MAX} characters, received ${transactionId.length}`
  }
  if (byteCount > bytesMax) {
    return `Cannot commit: a transaction must fit into one message of NATS, ${bytesMax} bytes here, received ${byteCount}`
  }
  for (const { table, key } of [...transaction.mutations, ...transaction.expectations]) {
    if (!isTableName(table)) return `Cannot commit: the table must be known, received "${table}"`
    if (key === '') return `Cannot commit: a key must not be empty, received an empty one in table ${table}`
  }
  if (transaction.mutations.some(({ change }) => change.case === undefined)) {
    return 'Cannot commit: a mutation must put or delete, received neither'
  }
  return undefined
}
