/**
 * Committing placements: what is decided takes its place at once, and gives it back only when it is certain
 * that it did not land.
 */
import { delay } from '@homeport/runtime'
import { CommitError, type CommitOutcome, type TransactionBuilder } from '@homeport/store'
import type { Task } from '@homeport/wire/types'
import type { SchedulerPorts } from './ports.ts'

/** How often one decision is made anew after conflicts before the caller hears of it. */
export const ATTEMPTS_MAX = 8

/** A commit has its own time limit of 30 s; this is what lies between two of them. */
const RENEWAL_INTERVAL_MS = 500

/**
 * Commits `transaction`, whose new tasks have been assumed. On a conflict the assumptions are dropped and the
 * view is waited for to show the row that was in the way, so that the next decision is a better one.
 * @throws {CommitError} when the outcome stayed unclear or state refuses; the assumptions are settled then too.
 * @throws {FenceLostError} when another scheduler took over.
 */
export async function commitPlacements(
  ports: SchedulerPorts,
  transaction: TransactionBuilder,
  tasks: readonly Task[],
): Promise<CommitOutcome> {
  const { state, view, stopping, metrics } = ports
  let outcome: CommitOutcome
  try {
    outcome = await state.writer.commit(transaction)
  } catch (error) {
    // Only an unknown outcome keeps its place until the fence has settled it.
    if (error instanceof CommitError && error.code === 'UNAVAILABLE') await settle(ports)
    view.drop(tasks)
    throw error
  }
  if (outcome.kind === 'committed') return outcome
  metrics.conflicts.inc({ table: outcome.table })
  view.drop(tasks)
  // A row that is gone has no version to wait for; the next attempt reads whatever the view shows.
  if (outcome.actualVersion > 0) await state.reader.waitFor(outcome.actualVersion, stopping)
  return outcome
}

/** Retries until the fence is renewed or the scheduler stops: until then nothing is known of the transaction. */
async function settle({ fence, logger, clock, stopping }: SchedulerPorts): Promise<void> {
  while (!stopping.aborted) {
    try {
      await fence.renew()
      return
    } catch (error) {
      if (!(error instanceof CommitError) || !error.retryable) throw error
      logger.warn({ err: error }, 'cannot renew the lease, will be repeated')
      await delay(clock, RENEWAL_INTERVAL_MS, stopping)
    }
  }
}
