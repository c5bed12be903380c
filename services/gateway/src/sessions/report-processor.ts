/**
 * Makes what agents report durable.
 *
 * Model: a queue per task, one worker per task, many tasks at once; the writer batches what they commit. A worker
 * folds all reports that wait for its task into one write, in their order. A write that lost against another
 * one is folded again over what is there now. A task whose write fails stays dirty and is tried again with
 * back-off, its reports unacknowledged, for as long as it takes: the agent keeps them too.
 * Rejected: a queue per session, in which one contended task would hold up a host's whole status.
 */
import {
  type Clock,
  type KeyedLoop,
  type Logger,
  type Random,
  startKeyedLoop,
  type WorkResult,
} from '@homeport/runtime'
import {
  CommitError,
  clusterMemberKey,
  type Row,
  type StateReader,
  type StateWriter,
  TransactionBuilder,
} from '@homeport/store'
import type { TaskReport } from '@homeport/wire/agent'
import type { Task, TaskObservation } from '@homeport/wire/types'
import type { GatewayMetrics } from '../metrics.ts'
import { applyReport } from './apply-report.ts'
import type { InstanceIdentity } from './instance-identity.ts'

/** What the processor works with. */
export interface ReportPorts {
  readonly reader: StateReader
  readonly writer: StateWriter
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: GatewayMetrics
}

/** Tasks whose reports are written at a time: enough to fill group commits, few enough to keep turns short. */
const TASKS_IN_FLIGHT_MAX = 2_048

/** Other writers of a task (scheduler, api) write rarely; more conflicts in a row than this wait for the back-off. */
const CONFLICTS_MAX = 5

const TASK_ID = /^[0-9a-f]{32}$/

type Outcome = 'applied' | 'unchanged' | 'refused'

interface PendingReport {
  readonly instanceId: string
  readonly observed: TaskObservation
  readonly receivedAtMs: number
  readonly onSettled: () => void
}

/** See the head of this file. */
export class ReportProcessor {
  readonly #ports: ReportPorts
  readonly #loop: KeyedLoop
  /** By task key; the reports of a key in the order in which they came. */
  readonly #pending = new Map<string, PendingReport[]>()

  constructor(ports: ReportPorts) {
    this.#ports = ports
    this.#loop = startKeyedLoop({
      name: 'task-reports',
      clock: ports.clock,
      random: ports.random,
      logger: ports.logger,
      concurrency: TASKS_IN_FLIGHT_MAX,
      work: (taskKey, signal) => this.#work(taskKey, signal),
    })
  }

  /**
   * Takes a report up; the view must be as new as what the agent acted on.
   * @param onSettled is called once, when the report is durable or refused for good.
   */
  submit(instance: InstanceIdentity, report: TaskReport, onSettled: () => void): void {
    const { observed, taskId } = report
    if (observed === undefined || !TASK_ID.test(taskId)) {
      this.#ports.logger.error({ instanceId: instance.instanceId, taskId }, 'malformed task report refused')
      this.#ports.metrics.reports.inc({ outcome: 'refused' })
      onSettled()
      return
    }
    const taskKey = clusterMemberKey(instance.scope, taskId)
    const pending = this.#pending.get(taskKey) ?? []
    pending.push({
      instanceId: instance.instanceId,
      observed,
      receivedAtMs: this.#ports.clock.monotonic(),
      onSettled,
    })
    this.#pending.set(taskKey, pending)
    this.#loop.mark(taskKey)
  }

  /** Ends the work in hand; reports that are still open stay unacknowledged. */
  stop(): Promise<void> {
    return this.#loop.stop()
  }

  async #work(taskKey: string, signal: AbortSignal): Promise<WorkResult> {
    for (let attempt = 0; attempt < CONFLICTS_MAX; attempt += 1) {
      const row = this.#ports.reader.view.table('tasks').get(taskKey)
      this.#refuseForeign(taskKey, row)
      const reports = this.#pending.get(taskKey)
      if (reports === undefined || row === undefined) return {}
      const reportCount = reports.length
      const task = reports.reduce<Task | undefined>(
        (changed, report) =>
          applyReport(changed ?? row.value, report.observed, this.#ports.clock.now()) ?? changed,
        undefined,
      )
      if (task === undefined) {
        this.#settle(taskKey, reportCount, 'unchanged')
        return {}
      }
      const written = await this.#write(row, task, signal)
      if (written !== 'conflict') {
        this.#settle(taskKey, reportCount, written)
        return {}
      }
    }
    throw new ReportConflictError(`Cannot record task reports: ${CONFLICTS_MAX} conflicts in a row`)
  }

  async #write(
    row: Row<'tasks'>,
    task: Task,
    signal: AbortSignal,
  ): Promise<'applied' | 'conflict' | 'refused'> {
    const { reader, writer, metrics, logger } = this.#ports
    try {
      const outcome = await writer.commit(new TransactionBuilder().update('tasks', row, task))
      if (outcome.kind === 'committed') return 'applied'
      metrics.reportConflicts.inc()
      // A task that is gone shows up as such in a later revision than the one in the view.
      const actualRevision = outcome.actualVersion === 0 ? reader.view.revision + 1 : outcome.actualVersion
      await reader.waitFor(actualRevision, signal)
      return 'conflict'
    } catch (error) {
      if (!(error instanceof CommitError) || error.retryable) throw error
      logger.error({ err: error, taskKey: row.key }, 'task report refused by state')
      return 'refused'
    }
  }

  /** Refuses reports for a task that does not exist or that is bound to another instance. */
  #refuseForeign(taskKey: string, row: Row<'tasks'> | undefined): void {
    const reports = this.#pending.get(taskKey) ?? []
    const owner = row?.value.spec?.containerInstanceId
    const foreign = reports.filter((report) => report.instanceId !== owner)
    if (foreign.length === 0) return
    this.#keep(
      taskKey,
      reports.filter((report) => report.instanceId === owner),
    )
    this.#ports.logger.warn(
      { taskKey, instanceId: foreign[0]?.instanceId, owner, reportCount: foreign.length },
      'task report refused: the task is unknown or of another instance',
    )
    this.#finish(foreign, 'refused')
  }

  #settle(taskKey: string, reportCount: number, outcome: Outcome): void {
    const reports = this.#pending.get(taskKey) ?? []
    this.#keep(taskKey, reports.slice(reportCount))
    this.#finish(reports.slice(0, reportCount), outcome)
  }

  #keep(taskKey: string, reports: PendingReport[]): void {
    if (reports.length === 0) this.#pending.delete(taskKey)
    else this.#pending.set(taskKey, reports)
  }

  #finish(reports: readonly PendingReport[], outcome: Outcome): void {
    const { metrics, clock } = this.#ports
    const nowMs = clock.monotonic()
    for (const report of reports) {
      metrics.reports.inc({ outcome })
      metrics.reportDurationSeconds.observe((nowMs - report.receivedAtMs) / 1000)
      report.onSettled()
    }
  }
}

/** A task that others change faster than its reports can be written. */
class ReportConflictError extends Error {
  override readonly name = 'ReportConflictError'
  readonly code = 'CONFLICT'
  readonly retryable = true
}
