/** The tasks of this host in memory: their state, what is under way for them, and what the control plane must hear. */
import type { Timer } from '@homeport/runtime'
import type { TaskObservation } from '@homeport/wire/types'
import type { TaskAssignment } from './assignment.ts'
import type { TaskBlueprint } from './blueprint.ts'
import { engineName } from './labels.ts'
import { observationOf } from './observation.ts'
import type { Effect } from './plan-task.ts'
import type { SavedTask } from './ports.ts'
import { type ReadTaskOptions, readTask } from './read-task.ts'
import { type HeldTask, initialState, type TaskState } from './task-state.ts'

/** Something under way for one container. */
export interface InFlight {
  /** `waiting`: rests until its last failure is retried. */
  readonly kind: Effect['kind'] | 'waiting'
  /** Takes it back, where that is possible; harmless otherwise. */
  cancel(): void
}

/** One task and what surrounds it. */
export class TaskEntry {
  readonly blueprint: TaskBlueprint
  assignment: TaskAssignment
  state: TaskState
  /** The observation of the newest report; absent: never reported. */
  reported: TaskObservation | undefined
  /** Number of the newest report; 0: none. */
  reportSequence: number
  /** By container. */
  readonly inFlight: Map<string, InFlight> = new Map()
  /** Failures in a row because the runtime could not be reached, by container. */
  readonly failureCounts: Map<string, number> = new Map()
  timer: Timer | undefined

  constructor(saved: SavedTask, options: ReadTaskOptions) {
    const read = readTask(saved.assignment, options)
    // Unreadable documents: no container to run, so the task ends at once.
    this.blueprint = 'unreadable' in read ? { containers: [] } : read
    this.assignment = saved.assignment
    this.state = saved.state ?? initialState(this.blueprint)
    this.reportSequence = saved.reportSequence
    this.reported = saved.reportSequence === 0 ? undefined : observationOf(this.task)
  }

  /** The value that the pure functions take. */
  get task(): HeldTask {
    return { assignment: this.assignment, blueprint: this.blueprint, state: this.state }
  }

  /** What the container is called in the runtime. */
  engineNameOf(container: string): string {
    return engineName(this.assignment, container)
  }

  /** Whether the task has a container of this name. */
  has(container: string): boolean {
    return this.state.containers[container] !== undefined
  }
}
