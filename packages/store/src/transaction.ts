import { create, toBinary } from '@bufbuild/protobuf'
import {
  type Expectation,
  ExpectationSchema,
  type Mutation,
  MutationSchema,
  type Transaction,
  TransactionSchema,
} from '@homeport/wire/state'
import { type EntityOf, indexTermsOf, keyOf, schemaOf, type TableName } from './tables.ts'
import type { Row } from './view.ts'

/** The version that a row must have for `expectAbsent`: it does not exist. */
const ABSENT = 0n

/**
 * Collects what one transaction assumes and changes. Values are encoded as they are put, so a later change
 * to the entity does not reach the log.
 */
export class TransactionBuilder {
  readonly #expectations: Expectation[] = []
  readonly #mutations: Mutation[] = []

  /** Refuses the transaction when the row has changed since it was read. */
  expectUnchanged<Name extends TableName>(name: Name, row: Row<Name>): this {
    return this.#expect(name, row.key, BigInt(row.version))
  }

  /** Refuses the transaction when a row with this key exists. */
  expectAbsent(name: TableName, key: string): this {
    return this.#expect(name, key, ABSENT)
  }

  /** Writes the whole entity, whether or not a row exists. */
  put<Name extends TableName>(name: Name, entity: EntityOf<Name>): this {
    const value = toBinary(schemaOf(name), entity)
    this.#mutations.push(
      create(MutationSchema, {
        table: name,
        key: keyOf(name, entity),
        change: { case: 'put', value: { value, indexTerms: indexTermsOf(name, entity) } },
      }),
    )
    return this
  }

  /** `put` of an entity whose row must not exist yet. */
  insert<Name extends TableName>(name: Name, entity: EntityOf<Name>): this {
    return this.expectAbsent(name, keyOf(name, entity)).put(name, entity)
  }

  /** `put` over a row that must not have changed since it was read. */
  update<Name extends TableName>(name: Name, row: Row<Name>, entity: EntityOf<Name>): this {
    return this.expectUnchanged(name, row).put(name, entity)
  }

  /** Removes a row; harmless when there is none. */
  delete(name: TableName, key: string): this {
    this.#mutations.push(create(MutationSchema, { table: name, key, change: { case: 'delete', value: {} } }))
    return this
  }

  /** Whether nothing would change. */
  get isEmpty(): boolean {
    return this.#mutations.length === 0
  }

  /** The message for the log. */
  build(transactionId: string): Transaction {
    return create(TransactionSchema, {
      transactionId,
      expectations: this.#expectations,
      mutations: this.#mutations,
    })
  }

  #expect(table: TableName, key: string, version: bigint): this {
    this.#expectations.push(create(ExpectationSchema, { table, key, version }))
    return this
  }
}
