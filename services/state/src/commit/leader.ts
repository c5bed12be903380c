/**
 * The only way into the log: takes what waits, appends it as one record, applies it, answers.
 *
 * Intuition: whoever appends behind the true end of the log has seen everything before it, so checking against
 * the view and appending with the expected sequence is one atomic step. No lease is needed to be correct.
 * Model: the leader is `behind` or `level` with the log. Level, it appends batches, one at a time. An append that
 * did not surely succeed makes it behind: it puts the batch back, reads the log to its end, applies what it
 * finds, and is level again. Transactions of its own that turn up there are then answered as duplicates.
 * Its first append is an empty record: once that is in the log, no append of an earlier leader can land behind
 * the view that is being served. A transaction that was sent before and conflicts is named in a record before
 * its writer is told, so that no other leader that still holds it applies it afterwards.
 * Rejected: several appends in flight, measured slower under `sync_interval: always`, and a failure in the
 * middle would leave a tail to undo.
 */

import { invariant } from '@homeport/base'
import type { AppendOutcome, LogStream } from '@homeport/bus'
import { BusError } from '@homeport/bus'
import type { BackoffOptions, Clock, Logger, Random, Running } from '@homeport/runtime'
import { backoffDelayMs, delay } from '@homeport/runtime'
import type { CommitResult } from '@homeport/wire/state'
import { catchUp } from '../log/catch-up.ts'
import { encodeRecord, RECORD_OVERHEAD_BYTES, TRANSACTION_OVERHEAD_BYTES } from '../log/log-record.ts'
import type { StateMetrics } from '../metrics.ts'
import type { StateMachine } from '../state-machine.ts'
import type { Answer, CommitQueue, QueuedTransaction, ReceivedTransaction } from './commit-queue.ts'
import { type BatchPlan, planBatch } from './plan-batch.ts'
import { committed, conflicted, refused } from './results.ts'
import { invalidReason } from './validate-transaction.ts'

/** What a leader works on. */
export interface LeaderOptions {
  /** Random, so that records tell who wrote them. */
  readonly leaderId: string
  readonly log: LogStream
  readonly machine: StateMachine
  readonly queue: CommitQueue
  readonly metrics: StateMetrics
  readonly ports: LeaderPorts
}

/** What it needs of the process. */
export interface LeaderPorts {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** Bytes of a record, even if NATS takes more: a larger one only delays the answers of those in it. */
const RECORD_BYTES_MAX = 1024 * 1024

/** A transaction that waited this long without ever being appended is refused: its writer has given up. */
const QUEUE_WAIT_MAX_MS = 30_000

/** A NATS server that restarts is back within tenths of a second, a new stream leader within 8 s. */
const RETRY_BACKOFF: BackoffOptions = { firstDelayMs: 50, maximumDelayMs: 1000 }

/** See the head of this file. */
export class Leader implements Running {
  readonly #options: LeaderOptions
  readonly #abort = new AbortController()
  #wake: (() => void) | undefined
  #running: Promise<void> | undefined
  #isBehind = true
  #isFenced = false
  #failureCount = 0
  #failingSinceMs: number | undefined

  constructor(options: LeaderOptions) {
    this.#options = options
  }

  /** Since when, in ms since the epoch, nothing can be appended; `undefined`: appends work. */
  get failingSinceMs(): number | undefined {
    return this.#failingSinceMs
  }

  /**
   * Replays the log, appends the record that fences earlier leaders, and begins to commit. Waits for NATS.
   * @throws {LogFormatError} @throws {LogLostError} when the log cannot be followed.
   */
  async start(): Promise<void> {
    while (!(this.#isFenced || this.#abort.signal.aborted)) await this.#step()
    this.#running = this.#run()
    // A log that cannot be followed any more ends the process: what it would serve is wrong.
    this.#running.catch((error: unknown) => {
      throw error
    })
  }

  /** Queues a transaction; `answer` is called once, possibly at once. */
  submit(received: ReceivedTransaction, answer: Answer): void {
    const { ports, queue } = this.#options
    const { transaction, bytes } = received
    const { transactionId } = transaction
    const bytesMax = this.#recordBytesMax() - RECORD_OVERHEAD_BYTES - TRANSACTION_OVERHEAD_BYTES
    const reason = invalidReason(transaction, bytes.length, bytesMax)
    if (reason !== undefined) {
      this.#count('refused')
      answer(refused(transactionId, 'INVALID', reason))
    } else if (queue.offer(received, answer, ports.clock.now())) {
      this.#wake?.()
    } else {
      this.#count('refused')
      const text = 'Cannot commit: the queue of state must have room, received one transaction too many'
      answer(refused(transactionId, 'OVERLOADED', text))
    }
  }

  /** Lets the append under way end; what waits stays unanswered, so that its writers send it again. */
  async stop(): Promise<void> {
    this.#abort.abort()
    this.#wake?.()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      if (this.#options.queue.waiting.length === 0) await this.#woken()
      // What arrives in the same turn of the event loop joins the batch.
      await new Promise((resolve) => setImmediate(resolve))
      if (!this.#abort.signal.aborted) await this.#step()
    }
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined
        resolve()
      }
    })
  }

  async #step(): Promise<void> {
    if (this.#isBehind) await this.#becomeLevel()
    else await this.#commitBatch()
  }

  async #becomeLevel(): Promise<void> {
    const { leaderId, log, machine, ports } = this.#options
    try {
      const result = await catchUp({ log, machine, ...ports }, this.#abort.signal)
      this.#isBehind = false
      const others = [...result.leaderIds].filter((id) => id !== leaderId)
      if (this.#isFenced && others.length > 0) {
        ports.logger.warn(
          { leaderIds: others, revision: machine.revision },
          'another state process wrote to the log',
        )
      }
    } catch (error) {
      if (!(error instanceof BusError)) throw error
      await this.#waitAfterFailure(error.message)
    }
  }

  async #commitBatch(): Promise<void> {
    const { machine, queue } = this.#options
    const plan = planBatch(queue.waiting, {
      revision: machine.revision,
      recordBytesMax: this.#recordBytesMax(),
      versionOf: (table, key) => machine.versionOf(table, key),
      outcomeOf: (transactionId) => machine.outcomeOf(transactionId),
    })
    const needsAppend = plan.members.length > 0 || plan.refusedTransactionIds.length > 0
    if (this.#isFenced && !needsAppend) {
      queue.take(plan.takenCount)
      this.#answerUnchanged(plan)
      return
    }
    const taken = queue.waiting.slice(0, plan.takenCount)
    queue.take(plan.takenCount)
    const expected = machine.revision
    const outcome = await this.#append(expected, plan)
    if (outcome.kind === 'appended') {
      invariant(
        outcome.sequence === expected + 1,
        `Cannot apply record: its sequence must be ${expected + 1}, received ${outcome.sequence}`,
      )
      this.#apply(outcome.sequence, plan)
      return
    }
    queue.putBack(taken)
    this.#isBehind = true
    if (outcome.kind === 'unclear') {
      for (const queued of plan.members) queued.unclearAfter = expected
      await this.#waitAfterFailure(outcome.reason)
    }
  }

  async #append(expected: number, plan: BatchPlan): Promise<AppendOutcome> {
    const { leaderId, log, metrics, ports } = this.#options
    const record = encodeRecord({
      leaderId,
      writtenAtMs: ports.clock.now(),
      transactions: plan.members.map(({ bytes }) => bytes),
      refusedTransactionIds: plan.refusedTransactionIds,
    })
    const startedAtMs = ports.clock.monotonic()
    const outcome = await log.append(expected, record)
    if (outcome.kind === 'appended') {
      metrics.appendSeconds.observe((ports.clock.monotonic() - startedAtMs) / 1000)
    }
    metrics.appends.inc({
      outcome: outcome.kind === 'wrongLastSequence' ? 'wrong_last_sequence' : outcome.kind,
    })
    return outcome
  }

  #apply(revision: number, plan: BatchPlan): void {
    const { machine, metrics, ports } = this.#options
    if (this.#failingSinceMs !== undefined) {
      ports.logger.info({ revision, sinceMs: this.#failingSinceMs }, 'appends to the log work again')
    }
    this.#isFenced = true
    this.#failureCount = 0
    this.#failingSinceMs = undefined
    machine.apply(revision, {
      transactions: plan.members,
      refusedTransactionIds: plan.refusedTransactionIds,
    })
    metrics.batchTransactions.observe(plan.members.length)
    for (const queued of plan.members) {
      this.#settle(queued, 'committed', committed(queued.transaction.transactionId, revision))
    }
    this.#answerUnchanged(plan)
  }

  #answerUnchanged(plan: BatchPlan): void {
    for (const { queued, revision } of plan.duplicates) {
      this.#settle(queued, 'duplicate', committed(queued.transaction.transactionId, revision))
    }
    for (const { queued, conflict } of plan.conflicts) {
      this.#settle(queued, 'conflict', conflicted(queued.transaction.transactionId, conflict))
    }
  }

  async #waitAfterFailure(reason: string): Promise<void> {
    const { clock, logger, random } = this.#options.ports
    this.#failureCount += 1
    if (this.#failingSinceMs === undefined) {
      this.#failingSinceMs = clock.now()
      logger.warn(
        { reason, revision: this.#options.machine.revision },
        'the log does not answer, trying again',
      )
    }
    this.#refuseExpired()
    await delay(clock, backoffDelayMs(this.#failureCount, RETRY_BACKOFF, random), this.#abort.signal)
  }

  /** Refuses what waited too long, unless an append of it may still land. */
  #refuseExpired(): void {
    const { machine, ports, queue } = this.#options
    const oldestMs = ports.clock.now() - QUEUE_WAIT_MAX_MS
    const expired = queue.takeExpired(
      (queued) =>
        queued.queuedAtMs < oldestMs &&
        (queued.unclearAfter === undefined || queued.unclearAfter < machine.revision),
    )
    for (const queued of expired) {
      const text = `Cannot commit: the log must answer within ${QUEUE_WAIT_MAX_MS} ms, received nothing`
      this.#settle(queued, 'refused', refused(queued.transaction.transactionId, 'LOG_UNAVAILABLE', text))
    }
  }

  #settle(queued: QueuedTransaction, outcome: string, result: CommitResult): void {
    this.#count(outcome)
    this.#options.queue.settle(queued, result)
  }

  #count(outcome: string): void {
    this.#options.metrics.transactions.inc({ outcome })
  }

  #recordBytesMax(): number {
    return Math.min(this.#options.log.entryBytesMax, RECORD_BYTES_MAX)
  }
}
