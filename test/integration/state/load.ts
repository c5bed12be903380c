/** Writers that keep count of what they were told, so that it can be compared with what is there. */
import { create } from '@bufbuild/protobuf'
import { CommitError, type CommitOutcome, type StateConnection, TransactionBuilder } from '@homeport/store'
import { ClusterSchema, LeaseSchema } from '@homeport/wire/types'

/** What the writers of one load were told. */
export interface LoadReport {
  /** Revision at which each row was inserted, by its key. Each key was inserted once. */
  readonly inserted: ReadonlyMap<string, number>
  /** Increments of the shared counter that were acknowledged. */
  readonly incrementCount: number
  /** Increments of which nobody knows. */
  readonly unknownCount: number
  /** Outcomes of any kind so far. */
  readonly outcomeCount: number
}

const COUNTER = { accountId: '000000000000', region: 'eu-test-1', name: 'counter' }
const COUNTER_KEY = '000000000000/eu-test-1/counter'

/** The counter as a connection sees it. */
export const counterOf = ({ reader }: StateConnection): number =>
  Number(reader.view.table('clusters').get(COUNTER_KEY)?.value.document ?? 0)

/** Load through some connections, until it is stopped. */
export class Load implements LoadReport {
  readonly inserted: Map<string, number> = new Map()
  incrementCount = 0
  unknownCount = 0
  outcomeCount = 0
  readonly #name: string
  readonly #workers: Promise<void>[] = []
  #isStopping = false
  #waiters: { readonly count: number; readonly resolve: () => void }[] = []

  constructor(name: string) {
    this.#name = name
  }

  /** Adds writers: half insert rows, half increment a counter that all share. */
  add(connection: StateConnection, writerCount: number): void {
    for (let index = 0; index < writerCount; index += 1) {
      const id = `${this.#name}-${this.#workers.length}`
      this.#workers.push(index % 2 === 0 ? this.#insert(connection, id) : this.#increment(connection))
    }
  }

  /** Resolves after `count` more outcomes. */
  more(count: number): Promise<void> {
    return new Promise((resolve) => this.#waiters.push({ count: this.outcomeCount + count, resolve }))
  }

  /** Lets every writer end after what it is doing, without waiting for it. */
  abandon(): void {
    this.#isStopping = true
  }

  /** Ends when every writer has the outcome that it waits for. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await Promise.all(this.#workers)
  }

  async #insert({ writer }: StateConnection, id: string): Promise<void> {
    for (let index = 0; !this.#isStopping; index += 1) {
      const name = `${id}-${index}`
      const transaction = new TransactionBuilder().insert('leases', create(LeaseSchema, { name }))
      const outcome = await this.#outcome(() => writer.commit(transaction))
      if (outcome?.kind === 'conflict')
        throw new Error(`insert of ${name} conflicts although nobody else wrote it`)
      if (outcome?.kind === 'committed') this.inserted.set(name, outcome.revision)
    }
  }

  async #increment({ reader, writer }: StateConnection): Promise<void> {
    while (!this.#isStopping) {
      const row = reader.view.table('clusters').get(COUNTER_KEY)
      const count = Number(row?.value.document ?? 0) + 1
      const next = create(ClusterSchema, { ...COUNTER, document: String(count) })
      const transaction = new TransactionBuilder()
      if (row === undefined) transaction.insert('clusters', next)
      else transaction.update('clusters', row, next)
      const outcome = await this.#outcome(() => writer.commit(transaction))
      if (outcome === undefined) this.unknownCount += 1
      if (outcome?.kind !== 'committed') continue
      this.incrementCount += 1
      await reader.waitFor(outcome.revision)
    }
  }

  /** `undefined`: not known. */
  async #outcome(commit: () => Promise<CommitOutcome>): Promise<CommitOutcome | undefined> {
    const outcome = await commit().catch((error: unknown) => {
      if (error instanceof CommitError && error.code === 'UNAVAILABLE') return undefined
      throw error
    })
    this.outcomeCount += 1
    this.#waiters = this.#waiters.filter(({ count, resolve }) => {
      if (this.outcomeCount >= count) resolve()
      return this.outcomeCount < count
    })
    return outcome
  }
}
