/**
 * Ends the tasks of instances that were deregistered.
 *
 * Intuition: nobody reports on these tasks any more, so without this they would hold their services up for ever. As in
 * ECS they end, while their containers may go on.
 * Model: a keyed loop over instance keys. A change of an instance marks it; one run ends what is bound to it if it is
 * INACTIVE, which it stays. The api does the same before it answers a forced deregistration; whoever comes second
 * finds nothing bound. A slow resync catches what was missed.
 * Rejected: leaving it to the api alone, whose process may end between the instance and the last of its tasks.
 */
import { create } from '@bufbuild/protobuf'
import { endOrphan } from '@homeport/domain'
import { type KeyedLoop, type Running, startKeyedLoop, type Timer, type WorkResult } from '@homeport/runtime'
import type { Row } from '@homeport/store'
import { ContainerInstanceStatus, TaskObservationSchema } from '@homeport/wire/types'
import { ATTEMPTS_MAX } from '../commit.ts'
import type { SchedulerPorts } from '../ports.ts'

/** Instances worked on at a time: deregistrations are rare, but a whole rack may go at once. */
const CONCURRENCY = 4

/** Rows of tasks are a few kilobytes; so many stay well below the size of a transaction. */
const ORPHANS_PER_TRANSACTION_MAX = 50

/** What changes marks is complete; this is for what was missed by mistake. */
const RESYNC_INTERVAL_MS = 300_000

const isInactive = (row: Row<'containerInstances'> | undefined): boolean =>
  row?.value.status === ContainerInstanceStatus.INACTIVE

/** The running loop. */
export class OrphanLoop implements Running {
  readonly #ports: SchedulerPorts
  readonly #loop: KeyedLoop
  readonly #resync: Timer

  constructor(ports: SchedulerPorts) {
    this.#ports = ports
    this.#loop = startKeyedLoop({
      name: 'orphan',
      clock: ports.clock,
      random: ports.random,
      logger: ports.logger,
      concurrency: CONCURRENCY,
      work: (key, signal) => this.#work(key, signal),
    })
    this.#resync = ports.clock.every(RESYNC_INTERVAL_MS, () => this.markAll(), { background: true })
  }

  /** Looks at one instance soon. */
  mark(instanceKey: string): void {
    this.#loop.mark(instanceKey)
  }

  /** Looks at every instance that was deregistered soon. */
  markAll(): void {
    for (const row of this.#ports.state.reader.view.table('containerInstances').rows()) {
      if (isInactive(row)) this.mark(row.key)
    }
  }

  async stop(): Promise<void> {
    this.#resync.cancel()
    await this.#loop.stop()
  }

  async #work(key: string, signal: AbortSignal): Promise<WorkResult> {
    const { view } = this.#ports.state.reader
    if (!isInactive(view.table('containerInstances').get(key))) return {}
    for (let conflictCount = 0; conflictCount < ATTEMPTS_MAX; ) {
      const orphans = [...view.table('tasks').find('boundInstance', key)].slice(
        0,
        ORPHANS_PER_TRANSACTION_MAX,
      )
      if (orphans.length === 0) return {}
      if (!(await this.#end(orphans, signal))) conflictCount++
    }
    throw new Error(`Cannot end orphaned tasks: gave up after conflicts, received ${ATTEMPTS_MAX}`)
  }

  /** @returns whether they are ended; `false`: one of them changed meanwhile, and the view shows it. */
  async #end(orphans: readonly Row<'tasks'>[], signal: AbortSignal): Promise<boolean> {
    const { state, fence, clock, metrics, logger } = this.#ports
    const options = { nowMs: clock.now(), unseen: create(TaskObservationSchema) }
    const transaction = fence.transaction()
    for (const row of orphans) transaction.update('tasks', row, endOrphan(row.value, options))
    const outcome = await state.writer.commit(transaction)
    if (outcome.kind === 'conflict') metrics.conflicts.inc({ table: outcome.table })
    else logger.info({ taskCount: orphans.length }, 'ended tasks of a deregistered instance')
    const revision = outcome.kind === 'conflict' ? outcome.actualVersion : outcome.revision
    // A row that is gone has no version to wait for.
    if (revision > 0) await state.reader.waitFor(revision, signal)
    return outcome.kind === 'committed'
  }
}
