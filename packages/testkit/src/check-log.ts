/** The slow oracle of a state log: carries it out by the book and says what should not be in it. */
import { fromBinary } from '@bufbuild/protobuf'
import type { LogEntry } from '@homeport/bus'
import { LogRecordSchema, type Transaction, TransactionSchema } from '@homeport/wire/state'

/** What a log says when it is carried out transaction by transaction. */
export interface LogCheck {
  /** What breaks the rules: a transaction applied twice, or on rows that were not as it expected. */
  readonly problems: readonly string[]
  /** Where each transaction was applied, by id. */
  readonly revisions: ReadonlyMap<string, number>
  /** The version of every row that exists, by `table/key`. */
  readonly versions: ReadonlyMap<string, number>
}

/** Carries out `entries`, oldest first, from an empty state. */
export function checkLog(entries: Iterable<LogEntry>): LogCheck {
  const problems: string[] = []
  const revisions = new Map<string, number>()
  const versions = new Map<string, number>()
  const refused = new Map<string, number>()
  for (const { sequence, bytes } of entries) {
    const record = fromBinary(LogRecordSchema, bytes)
    for (const id of record.refusedTransactionIds) refused.set(id, sequence)
    for (const encoded of record.transactions) {
      const transaction = fromBinary(TransactionSchema, encoded)
      problems.push(...problemsOf(transaction, { sequence, revisions, versions }))
      revisions.set(transaction.transactionId, sequence)
      applyTo(versions, transaction, sequence)
    }
  }
  for (const [id, sequence] of refused) {
    if (revisions.has(id)) problems.push(`${id} refused at ${sequence} and applied at ${revisions.get(id)}`)
  }
  return { problems, revisions, versions }
}

function applyTo(versions: Map<string, number>, transaction: Transaction, sequence: number): void {
  for (const { table, key, change } of transaction.mutations) {
    if (change.case === 'put') versions.set(`${table}/${key}`, sequence)
    else versions.delete(`${table}/${key}`)
  }
}

interface Position extends Omit<LogCheck, 'problems'> {
  readonly sequence: number
}

function problemsOf(transaction: Transaction, { sequence, revisions, versions }: Position): string[] {
  const { transactionId } = transaction
  const problems: string[] = []
  const earlier = revisions.get(transactionId)
  if (earlier !== undefined) problems.push(`${transactionId} applied at ${earlier} and at ${sequence}`)
  for (const { table, key, version } of transaction.expectations) {
    const actual = versions.get(`${table}/${key}`) ?? 0
    if (actual !== Number(version)) {
      problems.push(
        `${transactionId} applied at ${sequence} expecting ${table}/${key} at ${version}, found ${actual}`,
      )
    }
  }
  return problems
}
