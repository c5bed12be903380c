/** A whole view on its way to one watcher, in chunks. */
import { create, toBinary } from '@bufbuild/protobuf'
import { type Row, tableNames, type ViewReader } from '@homeport/store'
import { SnapshotRowSchema, WatchResponseSchema } from '@homeport/wire/state'
import type { TableFilter } from './change-ring.ts'

/** Bytes of values in a chunk, about: one message of gRPC, and one stretch of work between other work. */
const CHUNK_BYTES = 256 * 1024

/** Rows in a chunk, so that many small ones do not hold up the process either. */
const CHUNK_ROWS_MAX = 1000

/**
 * The rows at one revision. Rows never change, so holding them is holding the snapshot, however long it takes
 * to send and whatever happens to the view meanwhile.
 */
export class SnapshotCursor {
  readonly revision: number
  readonly #logId: string
  readonly #rows: Row[] = []
  #index = 0
  #isFirst = true

  constructor(view: ViewReader, options: { readonly logId: string; readonly filter: TableFilter }) {
    this.revision = view.revision
    this.#logId = options.logId
    for (const name of tableNames) {
      if (!options.filter.includes(name)) continue
      for (const row of view.table(name).rows()) this.#rows.push(row)
    }
  }

  /** The next encoded `WatchResponse`, and whether it is the last. At least one, even of an empty view. */
  next(): { readonly bytes: Uint8Array; readonly last: boolean } {
    const rows = this.#take()
    const first = this.#isFirst
    const last = this.#index === this.#rows.length
    this.#isFirst = false
    const value = {
      revision: BigInt(this.revision),
      first,
      last,
      logId: this.#logId,
      rows: rows.map(messageOf),
    }
    const response = create(WatchResponseSchema, { event: { case: 'snapshotChunk', value } })
    return { bytes: toBinary(WatchResponseSchema, response), last }
  }

  #take(): Row[] {
    const rows: Row[] = []
    let byteCount = 0
    while (rows.length < CHUNK_ROWS_MAX && byteCount < CHUNK_BYTES) {
      const row = this.#rows[this.#index]
      if (row === undefined) break
      rows.push(row)
      byteCount += row.bytes.length
      this.#index += 1
    }
    return rows
  }
}

const messageOf = (row: Row) =>
  create(SnapshotRowSchema, {
    table: row.table,
    key: row.key,
    version: BigInt(row.version),
    value: row.bytes,
    indexTerms: [...row.indexTerms],
  })
