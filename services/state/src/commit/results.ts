/** The forms of an outcome on the wire. */
import { create } from '@bufbuild/protobuf'
import type { RowConflict } from '@homeport/store'
import { type CommitResult, CommitResultSchema } from '@homeport/wire/state'

/** Why a transaction was not applied and may be sent again, or (`INVALID`) never will be. */
export type RefusalCode = 'INVALID' | 'LOG_UNAVAILABLE' | 'OVERLOADED'

/** It is durable at `revision`. */
export const committed = (transactionId: string, revision: number): CommitResult =>
  create(CommitResultSchema, {
    transactionId,
    outcome: { case: 'committed', value: { revision: BigInt(revision) } },
  })

/** A row was not as expected. */
export const conflicted = (transactionId: string, conflict: RowConflict): CommitResult =>
  create(CommitResultSchema, {
    transactionId,
    outcome: {
      case: 'conflict',
      value: {
        table: conflict.table,
        key: conflict.key,
        expectedVersion: BigInt(conflict.expectedVersion),
        actualVersion: BigInt(conflict.actualVersion),
      },
    },
  })

/** It was not applied. */
export const refused = (transactionId: string, code: RefusalCode, message: string): CommitResult =>
  create(CommitResultSchema, { transactionId, outcome: { case: 'refusal', value: { code, message } } })
