import { required } from '@homeport/base'
import type { TaskAssignment } from '../engine/assignment.ts'
import type { SavedTask, SavedWork, TaskJournal } from '../engine/ports.ts'

/** A checkpoint in memory, which can be made to wait like a slow disk. */
export class MemoryJournal implements TaskJournal {
  readonly tasks: Map<string, SavedTask> = new Map()
  revision = 0
  acknowledged = 0
  /** While set, nothing gets to disk. */
  stall: Promise<void> | undefined

  saveAssignment(saved: TaskAssignment): void {
    this.tasks.set(saved.taskId, { reportSequence: 0, ...this.tasks.get(saved.taskId), assignment: saved })
  }

  saveState(id: string, saved: Pick<SavedTask, 'reportSequence'> & Required<Pick<SavedTask, 'state'>>): void {
    this.tasks.set(id, { ...required(this.tasks.get(id), id), ...saved })
  }

  saveRevision(revision: number): void {
    this.revision = revision
  }

  saveAcknowledged(sequence: number): void {
    this.acknowledged = sequence
  }

  forget(id: string): void {
    this.tasks.delete(id)
  }

  async flushed(): Promise<void> {
    await this.stall
  }

  get saved(): SavedWork {
    return {
      tasks: structuredClone([...this.tasks.values()]),
      assignmentRevision: this.revision,
      acknowledgedSequence: this.acknowledged,
    }
  }

  /** What is on disk now; later writes to the one do not reach the other. */
  copy(): MemoryJournal {
    const copy = new MemoryJournal()
    for (const [id, saved] of this.tasks) copy.tasks.set(id, saved)
    copy.revision = this.revision
    copy.acknowledged = this.acknowledged
    return copy
  }
}
