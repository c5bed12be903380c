/**
 * Changes durable state for a request: read, decide, commit, and see it before answering.
 *
 * Intuition: the view may be behind, and other requests change the same rows, so what was decided may no longer
 * hold when it is committed. Then it is decided again on a newer view.
 * Model: an attempt is a pure function of the view. A conflict names the version that the row really has; the
 * next attempt waits until the view shows it. The answer is given once the own view shows the commit.
 */

import { type EcsError, ecsError } from '@homeport/ecs-api'
import type { TransactionBuilder, ViewReader } from '@homeport/store'
import { CommitError } from '@homeport/store'
import type { ApiRequest } from '../ports.ts'

/** What one look at the view came to. */
export interface Attempt<Result> {
  /** Absent: nothing has to change. */
  readonly transaction?: TransactionBuilder
  /** What `transact` gives once the transaction is durable and visible. */
  readonly result: Result
}

/** Tries of one request; each lost one means that another request got through. */
const ATTEMPTS_MAX = 32

/** A replica follows within milliseconds; one that lags so long has lost its watch. */
const VIEW_WAIT_MAX_MS = 30_000

/** What happens when every try met a conflict. */
export interface TransactOptions {
  /** Default: ServerException, which clients repeat. */
  readonly onContention?: () => EcsError
}

/**
 * Carries out `attempt` until it commits without conflict.
 * @throws {EcsError} what the attempt throws; ThrottlingException when state is overloaded; ServerException when
 * the outcome could not be had or conflicts did not end.
 */
export async function transact<Result>(
  request: ApiRequest,
  attempt: (view: ViewReader) => Attempt<Result>,
  options: TransactOptions = {},
): Promise<Result> {
  const { reader } = request.ports.state
  for (let count = 0; count < ATTEMPTS_MAX; count += 1) {
    const { transaction, result } = attempt(reader.view)
    if (transaction === undefined || transaction.isEmpty) return result
    const outcome = await commit(request, transaction)
    if (outcome.kind === 'committed') {
      await waitUntilVisible(request, outcome.revision)
      return result
    }
    await waitUntilVisible(request, nextInteresting(reader.view.revision, outcome.actualVersion))
  }
  throw options.onContention?.() ?? ecsError('serverUnavailable')
}

/** A row that was removed has no version to wait for; its removal is in one of the next revisions. */
const nextInteresting = (shown: number, actualVersion: number): number =>
  actualVersion === 0 ? shown + 1 : actualVersion

async function commit(request: ApiRequest, transaction: TransactionBuilder) {
  try {
    return await request.ports.state.writer.commit(transaction)
  } catch (error) {
    if (!(error instanceof CommitError) || error.code === 'INVALID') throw error
    throw ecsError(error.code === 'OVERLOADED' ? 'throttled' : 'serverUnavailable', undefined, {
      cause: error,
    })
  }
}

/**
 * Resolves when the own view shows `revision`.
 * @throws {EcsError} ServerException when it does not within a time that no working replica needs, or the
 * client has gone.
 */
export async function waitUntilVisible(request: ApiRequest, revision: number): Promise<void> {
  const { reader } = request.ports.state
  if (reader.view.revision >= revision) return
  const tooLong = new AbortController()
  const timer = request.ports.clock.after(VIEW_WAIT_MAX_MS, () => tooLong.abort(), { background: true })
  try {
    await reader.waitFor(revision, AbortSignal.any([tooLong.signal, request.context.signal]))
  } catch (error) {
    throw ecsError('serverUnavailable', undefined, { cause: error })
  } finally {
    timer.cancel()
  }
}
