/**
 * Removes what has been kept long enough: stopped tasks after their retention, client tokens after a day.
 *
 * Model: a cursor walks each index a bounded number of rows per pass, so a pass costs the same with a thousand
 * rows and with a million; a row is found at the latest one full walk after it fell due. Rows are decoded
 * without being kept. A conflict leaves the rows for the next walk.
 */
import { fromBinary } from '@bufbuild/protobuf'
import type { Running, Timer } from '@homeport/runtime'
import type { Row, TransactionBuilder } from '@homeport/store'
import { IdempotencyRecordSchema, TaskSchema } from '@homeport/wire/types'
import type { SchedulerPorts } from '../ports.ts'

/** As ECS: a token protects for at least a day. */
export const TOKEN_RETENTION_MS = 86_400_000

const PASS_INTERVAL_MS = 10_000

/** Rows looked at per pass and index: 15 ms of decoding. A million rows are walked in under three hours. */
const ROWS_PER_PASS_MAX = 1000

/** Rows removed by one transaction. */
const DELETIONS_PER_TRANSACTION_MAX = 200

/** What one walk goes over. */
interface Walk<Name extends 'idempotency' | 'tasks'> {
  readonly table: Name
  readonly kind: 'idempotency' | 'task'
  readonly rows: () => Iterable<Row<Name>>
  /** When the row falls due. */
  readonly dueAtMs: (row: Row<Name>) => number
}

/** The running reaper. */
export class Reaper implements Running {
  readonly #ports: SchedulerPorts
  readonly #timer: Timer
  readonly #walkers: readonly Walker<'idempotency' | 'tasks'>[]
  #pass: Promise<void> | undefined

  constructor(ports: SchedulerPorts, { taskRetentionMs }: { readonly taskRetentionMs: number }) {
    this.#ports = ports
    const { view } = ports.state.reader
    const tasks: Walk<'tasks'> = {
      table: 'tasks',
      kind: 'task',
      rows: () => view.table('tasks').find('stopped', 'stopped'),
      dueAtMs: (row) => (fromBinary(TaskSchema, row.bytes).observed?.stoppedAtMs ?? 0) + taskRetentionMs,
    }
    const tokens: Walk<'idempotency'> = {
      table: 'idempotency',
      kind: 'idempotency',
      rows: () => view.table('idempotency').find('all', 'all'),
      dueAtMs: (row) => fromBinary(IdempotencyRecordSchema, row.bytes).createdAtMs + TOKEN_RETENTION_MS,
    }
    this.#walkers = [new Walker(tasks), new Walker(tokens)] as unknown as Walker<'idempotency' | 'tasks'>[]
    this.#timer = ports.clock.every(PASS_INTERVAL_MS, () => this.#startPass(), { background: true })
  }

  async stop(): Promise<void> {
    this.#timer.cancel()
    await this.#pass
  }

  #startPass(): void {
    this.#pass ??= this.#walkAll()
      .catch((error: unknown) =>
        this.#ports.logger.warn({ err: error }, 'reaper pass failed, the next one repeats it'),
      )
      .finally(() => {
        this.#pass = undefined
      })
  }

  async #walkAll(): Promise<void> {
    for (const walker of this.#walkers) {
      const due = walker.step(this.#ports.clock.now())
      for (let index = 0; index < due.length; index += DELETIONS_PER_TRANSACTION_MAX) {
        await this.#remove(walker, due.slice(index, index + DELETIONS_PER_TRANSACTION_MAX))
      }
    }
  }

  async #remove(
    { walk }: Walker<'idempotency' | 'tasks'>,
    rows: readonly Row<'idempotency' | 'tasks'>[],
  ): Promise<void> {
    const transaction: TransactionBuilder = this.#ports.fence.transaction()
    for (const row of rows) transaction.expectUnchanged(walk.table, row).delete(walk.table, row.key)
    const outcome = await this.#ports.state.writer.commit(transaction)
    if (outcome.kind === 'committed') this.#ports.metrics.reaped.inc({ kind: walk.kind }, rows.length)
    else this.#ports.metrics.conflicts.inc({ table: outcome.table })
  }
}

/** A position in one index. Rows that move meanwhile are seen again or at the next walk. */
class Walker<Name extends 'idempotency' | 'tasks'> {
  readonly walk: Walk<Name>
  #position: Iterator<Row<Name>> | undefined

  constructor(walk: Walk<Name>) {
    this.walk = walk
  }

  /** Looks at the next rows and gives those that are due. */
  step(nowMs: number): Row<Name>[] {
    this.#position ??= this.walk.rows()[Symbol.iterator]()
    const due: Row<Name>[] = []
    for (let count = 0; count < ROWS_PER_PASS_MAX; count++) {
      const next = this.#position.next()
      if (next.done === true) {
        this.#position = undefined
        break
      }
      if (this.walk.dueAtMs(next.value) <= nowMs) due.push(next.value)
    }
    return due
  }
}
