/** The form of one entry of the log (docs/design/state.md, "Log format"). */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { LogRecordSchema, type Transaction, TransactionSchema } from '@homeport/wire/state'

/** What this version writes, and the newest that it reads. */
export const RECORD_FORMAT_VERSION = 1

/** An entry of the log that this version must not interpret. */
export class LogFormatError extends Error {
  override readonly name = 'LogFormatError'
  /** `NEWER_FORMAT`: written by a newer version. `DAMAGED`: not a record at all. */
  readonly code: 'DAMAGED' | 'NEWER_FORMAT'
  readonly retryable = false

  constructor(code: LogFormatError['code'], message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.code = code
  }
}

/** What a leader puts into one record. */
export interface RecordContent {
  readonly leaderId: string
  readonly writtenAtMs: number
  /** Encoded transactions, none for the record with which a leadership begins. */
  readonly transactions: readonly Uint8Array[]
  /** Ids of transactions that must never be applied, although somebody may still hold them. */
  readonly refusedTransactionIds: readonly string[]
}

/** One transaction of a record. */
export interface RecordedTransaction {
  readonly transaction: Transaction
  /** As encoded by its writer. */
  readonly bytes: Uint8Array
}

/** What a record does to the state. */
export interface RecordEffect {
  readonly transactions: readonly RecordedTransaction[]
  readonly refusedTransactionIds: readonly string[]
}

/** A record that was read back. */
export interface LogRecordContent extends RecordEffect {
  readonly leaderId: string
}

/** Bytes that a record adds to those of its transactions, at most. */
export const RECORD_OVERHEAD_BYTES = 128

/** Bytes that a record adds per transaction, at most: a tag and a length, or the id of a refused one. */
export const TRANSACTION_OVERHEAD_BYTES = 72

/** The entry to append. */
export const encodeRecord = (content: RecordContent): Uint8Array =>
  toBinary(
    LogRecordSchema,
    create(LogRecordSchema, {
      formatVersion: RECORD_FORMAT_VERSION,
      leaderId: content.leaderId,
      writtenAtMs: content.writtenAtMs,
      transactions: [...content.transactions],
      refusedTransactionIds: [...content.refusedTransactionIds],
    }),
  )

/** Reads the entry at `sequence`. @throws {LogFormatError} */
export function decodeRecord(sequence: number, bytes: Uint8Array): LogRecordContent {
  const record = decode(sequence, () => fromBinary(LogRecordSchema, bytes))
  const { formatVersion } = record
  if (formatVersion > RECORD_FORMAT_VERSION) {
    const text = `Cannot read log record ${sequence}: its format must be ${RECORD_FORMAT_VERSION} or older, received ${formatVersion} (a newer version of Homeport wrote it; run that version or a newer one)`
    throw new LogFormatError('NEWER_FORMAT', text)
  }
  if (formatVersion === 0) {
    throw new LogFormatError(
      'DAMAGED',
      `Cannot read log record ${sequence}: it must state its format, received none`,
    )
  }
  const transactions = decode(sequence, () =>
    record.transactions.map((bytes) => ({ transaction: fromBinary(TransactionSchema, bytes), bytes })),
  )
  const { leaderId, refusedTransactionIds } = record
  return { leaderId, transactions, refusedTransactionIds }
}

function decode<T>(sequence: number, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const text = `Cannot read log record ${sequence}: it must be an encoded LogRecord, received other bytes`
    throw new LogFormatError('DAMAGED', text, { cause: error })
  }
}
