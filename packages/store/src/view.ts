/**
 * The whole of durable state in memory, as bytes with indexes.
 *
 * Model: a map of rows per table, and per index a map from term to the rows under it. Rows are replaced, never
 * changed, so whoever holds one holds a consistent value. An entity is decoded when somebody first asks and
 * kept beside its bytes. One revision is applied whole before anybody sees it.
 */
import { fromBinary } from '@bufbuild/protobuf'
import { invariant } from '@homeport/base'
import type { Mutation } from '@homeport/wire/state'
import { type EntityOf, type IndexOf, schemaOf, type TableName, tableNames, tables } from './tables.ts'

/** One entity as it was at one version. Immutable: treat `value` as read-only. */
export class Row<Name extends TableName = TableName> {
  readonly table: Name
  readonly key: string
  /** The revision that wrote it, 1 or more. */
  readonly version: number
  readonly bytes: Uint8Array
  readonly indexTerms: readonly string[]
  #decoded: EntityOf<Name> | undefined

  constructor(table: Name, key: string, content: RowContent) {
    this.table = table
    this.key = key
    this.version = content.version
    this.bytes = content.bytes
    this.indexTerms = content.indexTerms
  }

  /** The entity; decoded at first use. To change it, write a changed copy in a transaction. */
  get value(): EntityOf<Name> {
    this.#decoded ??= fromBinary(schemaOf(this.table), this.bytes) as unknown as EntityOf<Name>
    return this.#decoded
  }
}

/** What a row holds. */
export interface RowContent {
  readonly version: number
  readonly bytes: Uint8Array
  readonly indexTerms: readonly string[]
}

/** What one mutation did to one row. */
export interface RowChange<Name extends TableName = TableName> {
  readonly table: Name
  readonly key: string
  /** `undefined`: the row is new. */
  readonly before: Row<Name> | undefined
  /** `undefined`: the row is gone. */
  readonly after: Row<Name> | undefined
}

/** Reading one table. */
export interface TableReader<Name extends TableName> {
  /** Rows in the table. */
  readonly size: number
  get(key: string): Row<Name> | undefined
  /** Every row, in the order in which their keys were first written. */
  rows(): Iterable<Row<Name>>
  /** The rows whose index term is `term`, in no particular order. */
  find(index: IndexOf<Name>, term: string): Iterable<Row<Name>>
  /** How many rows `find` gives. */
  count(index: IndexOf<Name>, term: string): number
}

/** Everything at one revision. */
export interface ViewReader {
  /** The revision that is shown; 0: empty. */
  readonly revision: number
  table<Name extends TableName>(name: Name): TableReader<Name>
}

/** The rows under one `index=term`. Keeps the term itself, so that its rows share one copy of the text. */
interface IndexEntry<Name extends TableName> {
  readonly term: string
  readonly rows: Map<string, Row<Name>>
}

class Table<Name extends TableName> implements TableReader<Name> {
  readonly #name: Name
  #rows = new Map<string, Row<Name>>()
  /** By `index=term`. */
  #index = new Map<string, IndexEntry<Name>>()

  constructor(name: Name) {
    this.#name = name
  }

  get size(): number {
    return this.#rows.size
  }

  get(key: string): Row<Name> | undefined {
    return this.#rows.get(key)
  }

  rows(): Iterable<Row<Name>> {
    return this.#rows.values()
  }

  find(index: IndexOf<Name>, term: string): Iterable<Row<Name>> {
    return this.#index.get(`${index}=${term}`)?.rows.values() ?? []
  }

  count(index: IndexOf<Name>, term: string): number {
    return this.#index.get(`${index}=${term}`)?.rows.size ?? 0
  }

  put(key: string, content: RowContent): RowChange<Name> {
    const before = this.#rows.get(key)
    if (before !== undefined) this.#unindex(before)
    const entries = content.indexTerms.map((term) => this.#entry(term))
    // What was received is part of a larger message, which must not stay in memory because of one row.
    const bytes = new Uint8Array(content.bytes)
    const indexTerms = entries.map(({ term }) => term)
    const after = new Row(this.#name, key, { version: content.version, bytes, indexTerms })
    this.#rows.set(key, after)
    for (const { rows } of entries) rows.set(key, after)
    return { table: this.#name, key, before, after }
  }

  delete(key: string): RowChange<Name> {
    const before = this.#rows.get(key)
    if (before !== undefined) {
      this.#unindex(before)
      this.#rows.delete(key)
    }
    return { table: this.#name, key, before, after: undefined }
  }

  /** Takes over the content of `other`, which must not be used afterwards. */
  become(other: Table<Name>): void {
    this.#rows = other.#rows
    this.#index = other.#index
  }

  #entry(term: string): IndexEntry<Name> {
    const existing = this.#index.get(term)
    if (existing !== undefined) return existing
    const created: IndexEntry<Name> = { term, rows: new Map() }
    this.#index.set(term, created)
    return created
  }

  #unindex(row: Row<Name>): void {
    for (const term of row.indexTerms) {
      const rows = this.#index.get(term)?.rows
      rows?.delete(row.key)
      if (rows?.size === 0) this.#index.delete(term)
    }
  }
}

/** Whether this version knows a table of that name. */
export const isTableName = (name: string): name is TableName => Object.hasOwn(tables, name)

/** The writable view; whoever applies the log owns it and hands out `ViewReader`. */
export class View implements ViewReader {
  readonly #tables = new Map<TableName, Table<TableName>>(tableNames.map((name) => [name, new Table(name)]))
  #revision = 0

  get revision(): number {
    return this.#revision
  }

  /** Rows in all tables. */
  get rowCount(): number {
    let count = 0
    for (const table of this.#tables.values()) count += table.size
    return count
  }

  table<Name extends TableName>(name: Name): TableReader<Name> {
    return this.#writable(name) as unknown as TableReader<Name>
  }

  /** The version of a row; 0 when the row or its table does not exist. */
  versionOf(table: string, key: string): number {
    return isTableName(table) ? (this.#writable(table).get(key)?.version ?? 0) : 0
  }

  /**
   * Applies everything that one revision changed.
   * @returns what changed, in the order of `mutations`; mutations of tables that this version does not know are left out.
   * @throws {InvariantError} when `revision` is not newer than the view.
   */
  apply(revision: number, mutations: readonly Mutation[]): RowChange[] {
    invariant(
      revision > this.#revision,
      `Cannot apply revision: not newer than ${this.#revision}, received ${revision}`,
    )
    const changes: RowChange[] = []
    for (const mutation of mutations) {
      if (!isTableName(mutation.table)) continue
      const table = this.#writable(mutation.table)
      if (mutation.change.case === 'put') {
        const { value, indexTerms } = mutation.change.value
        changes.push(table.put(mutation.key, { version: revision, bytes: value, indexTerms }))
      } else {
        changes.push(table.delete(mutation.key))
      }
    }
    this.#revision = revision
    return changes
  }

  /** Puts a row of a snapshot in place; `reach` ends the snapshot. */
  restore(table: string, key: string, content: RowContent): void {
    if (isTableName(table)) this.#writable(table).put(key, content)
  }

  /** Shows what `other` shows from now on, its revision included; `other` must not be used afterwards. */
  become(other: View): void {
    for (const [name, table] of this.#tables) table.become(other.#writable(name))
    this.#revision = other.#revision
  }

  /** Declares that the view now shows `revision`. */
  reach(revision: number): void {
    invariant(
      revision >= this.#revision,
      `Cannot reach revision: older than ${this.#revision}, received ${revision}`,
    )
    this.#revision = revision
  }

  #writable(name: TableName): Table<TableName> {
    const table = this.#tables.get(name)
    invariant(table !== undefined, `Cannot read table: unknown, received ${name}`)
    return table
  }
}
