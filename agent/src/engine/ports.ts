/** What the engine needs of the rest of the agent, declared by the engine. */
import type { TaskObservation } from '@homeport/wire/types'
import type { TaskAssignment } from './assignment.ts'
import type { TaskState } from './task-state.ts'

/** A task as the checkpoint keeps it. */
export interface SavedTask {
  readonly assignment: TaskAssignment
  /** Absent: nothing was done for it yet. */
  readonly state?: TaskState
  /** Number of its newest report; 0: none. */
  readonly reportSequence: number
}

/** What the checkpoint holds when the agent starts. */
export interface SavedWork {
  readonly tasks: readonly SavedTask[]
  /** Newest assignment revision acted on; 0: none. */
  readonly assignmentRevision: number
  /** Every report up to this one is durable in the control plane; 0: none. */
  readonly acknowledgedSequence: number
}

/** Where the engine writes down what must survive it. Writes are buffered in order; `flushed` makes them safe. */
export interface TaskJournal {
  saveAssignment(assignment: TaskAssignment): void
  saveState(taskId: string, saved: { readonly state: TaskState; readonly reportSequence: number }): void
  saveRevision(assignmentRevision: number): void
  saveAcknowledged(sequence: number): void
  forget(taskId: string): void
  /** Resolves when everything written before the call survives the machine losing power. Never rejects. */
  flushed(): Promise<void>
}

/** The newest observation of a task, on its way to the control plane. */
export interface Report {
  /** From 1, growing. */
  readonly sequence: number
  readonly taskId: string
  readonly observed: TaskObservation
}

/** What the engine tells its metrics. */
export interface EngineMetrics {
  /** A container was started or failed to be; `durationMs` from its turn to its being looked at. */
  started(outcome: 'started' | 'failed', durationMs: number): void
  pulled(durationMs: number): void
  /** A container of this installation belonged to no task and was stopped. */
  unknownStopped(): void
}
