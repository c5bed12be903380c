/** Reports on their way to the control plane: numbered, let go once safe on disk, kept until acknowledged. */
import type { TaskObservation } from '@homeport/wire/types'
import type { Report, TaskJournal } from './ports.ts'

/** The outbox of one agent. */
export class ReportOutbox {
  readonly #journal: TaskJournal
  /** Safe on disk and not acknowledged, by task: a newer report says everything that an older one did. */
  readonly #pending = new Map<string, Report>()
  readonly #listeners = new Set<(report: Report) => void>()
  #sequence: number
  #acknowledged: number

  /** `sequence`: the highest number in use. `pending`: what a former run left, by number. */
  constructor(
    journal: TaskJournal,
    saved: { readonly sequence: number; readonly acknowledged: number; readonly pending: readonly Report[] },
  ) {
    this.#journal = journal
    this.#sequence = saved.sequence
    this.#acknowledged = saved.acknowledged
    for (const report of saved.pending) this.#pending.set(report.taskId, report)
  }

  /** Every report up to this number is durable in the control plane. */
  get acknowledgedSequence(): number {
    return this.#acknowledged
  }

  /** The reports to send after a connection was made, by number. */
  pending(): Report[] {
    return [...this.#pending.values()]
  }

  /** A number for a new report, to be written down with what it reports. */
  nextSequence(): number {
    this.#sequence += 1
    return this.#sequence
  }

  /** Hands the report on once everything written down so far is safe. Reports keep their order. */
  add(sequence: number, taskId: string, observed: TaskObservation): void {
    const report: Report = { sequence, taskId, observed }
    void this.#journal.flushed().then(() => {
      this.#pending.delete(taskId)
      this.#pending.set(taskId, report)
      for (const listener of this.#listeners) listener(report)
    })
  }

  /** Calls `listener` with each new report. @returns how to end that. */
  listen(listener: (report: Report) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** @returns tasks whose newest report this acknowledges. */
  acknowledge(sequence: number): string[] {
    if (sequence <= this.#acknowledged) return []
    this.#acknowledged = sequence
    this.#journal.saveAcknowledged(sequence)
    const settled: string[] = []
    for (const [taskId, report] of this.#pending) {
      if (report.sequence > sequence) break
      this.#pending.delete(taskId)
      settled.push(taskId)
    }
    return settled
  }
}
