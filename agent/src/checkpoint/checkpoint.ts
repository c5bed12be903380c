/**
 * What the agent must not forget: its tasks, how far each is, which reports the control plane has.
 *
 * Each entry of the journal puts or deletes one small thing, so reading is folding the entries in order, and a
 * repeated entry does no harm. Container states are written after the fact and may be lost in a crash; the
 * containers themselves, which carry the task's name, then tell. Assignments are safe before anything is done.
 */
import { join } from 'node:path'
import type { TaskAssignment } from '../engine/assignment.ts'
import type { SavedTask, SavedWork, TaskJournal } from '../engine/ports.ts'
import type { TaskState } from '../engine/task-state.ts'
import { type JournalFile, type JournalFilePorts, openJournal, readJournal } from './journal-file.ts'

/** Grows when the meaning of an entry changes. */
const VERSION = 1
const FILE_NAME = 'tasks.journal'

type Entry =
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'assignment'; readonly assignment: TaskAssignment }
  | {
      readonly kind: 'state'
      readonly taskId: string
      readonly state: TaskState
      readonly reportSequence: number
    }
  | { readonly kind: 'revision'; readonly assignmentRevision: number }
  | { readonly kind: 'acknowledged'; readonly sequence: number }
  | { readonly kind: 'forget'; readonly taskId: string }

/** The checkpoint was written by a newer agent, or is not ours. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError'
  readonly code = 'UNREADABLE'
  readonly retryable = false
}

/** An open checkpoint. */
export interface Checkpoint extends TaskJournal {
  /** What a former run left. */
  readonly saved: SavedWork
  /** Why it cannot be written now; `undefined`: it can. */
  unhealthyReason(): string | undefined
  /** Writes what is buffered and closes. */
  stop(): Promise<void>
}

/**
 * Opens the checkpoint in `directory`, which one agent at a time uses; makes it when there is none.
 * @throws {CheckpointError} when it cannot be understood.
 */
export async function openCheckpoint(directory: string, ports: JournalFilePorts): Promise<Checkpoint> {
  const path = join(directory, FILE_NAME)
  const memory = new Memory()
  for (const entry of await readJournal(path)) memory.fold(checked(entry))
  const saved = memory.saved()
  const file = await openJournal(path, () => memory.entries(), ports)
  return new OpenCheckpoint(saved, memory, file)
}

function checked(entry: unknown): Entry {
  const { kind, version } = entry as { readonly kind?: unknown; readonly version?: unknown }
  if (typeof kind !== 'string')
    throw new CheckpointError('Cannot read checkpoint: entries have a kind, received none')
  if (kind === 'version' && version !== VERSION) {
    throw new CheckpointError(
      `Cannot read checkpoint: version ${VERSION} is understood, received ${String(version)}`,
    )
  }
  return entry as Entry
}

/** The sum of all entries. */
class Memory {
  readonly #tasks = new Map<string, SavedTask>()
  #assignmentRevision = 0
  #acknowledgedSequence = 0

  fold(entry: Entry): void {
    switch (entry.kind) {
      case 'version':
        return
      case 'assignment': {
        const { assignment } = entry
        const known = this.#tasks.get(assignment.taskId) ?? { reportSequence: 0 }
        this.#tasks.set(assignment.taskId, { ...known, assignment })
        return
      }
      case 'state': {
        const { taskId, state, reportSequence } = entry
        const known = this.#tasks.get(taskId)
        if (known !== undefined) this.#tasks.set(taskId, { ...known, state, reportSequence })
        return
      }
      case 'revision':
        this.#assignmentRevision = entry.assignmentRevision
        return
      case 'acknowledged':
        this.#acknowledgedSequence = entry.sequence
        return
      case 'forget':
        this.#tasks.delete(entry.taskId)
        return
    }
  }

  saved(): SavedWork {
    return {
      tasks: [...this.#tasks.values()],
      assignmentRevision: this.#assignmentRevision,
      acknowledgedSequence: this.#acknowledgedSequence,
    }
  }

  *entries(): Iterable<Entry> {
    yield { kind: 'version', version: VERSION }
    yield { kind: 'revision', assignmentRevision: this.#assignmentRevision }
    yield { kind: 'acknowledged', sequence: this.#acknowledgedSequence }
    for (const { assignment, state, reportSequence } of this.#tasks.values()) {
      yield { kind: 'assignment', assignment }
      if (state !== undefined) yield { kind: 'state', taskId: assignment.taskId, state, reportSequence }
    }
  }
}

class OpenCheckpoint implements Checkpoint {
  readonly saved: SavedWork
  readonly #memory: Memory
  readonly #file: JournalFile

  constructor(saved: SavedWork, memory: Memory, file: JournalFile) {
    this.saved = saved
    this.#memory = memory
    this.#file = file
  }

  saveAssignment(assignment: TaskAssignment): void {
    this.#write({ kind: 'assignment', assignment })
  }

  saveState(taskId: string, saved: { readonly state: TaskState; readonly reportSequence: number }): void {
    this.#write({ kind: 'state', taskId, ...saved })
  }

  saveRevision(assignmentRevision: number): void {
    this.#write({ kind: 'revision', assignmentRevision })
  }

  saveAcknowledged(sequence: number): void {
    this.#write({ kind: 'acknowledged', sequence })
  }

  forget(taskId: string): void {
    this.#write({ kind: 'forget', taskId })
  }

  flushed(): Promise<void> {
    return this.#file.flushed()
  }

  unhealthyReason(): string | undefined {
    return this.#file.unhealthyReason()
  }

  stop(): Promise<void> {
    return this.#file.close()
  }

  #write(entry: Entry): void {
    this.#memory.fold(entry)
    this.#file.append(entry)
  }
}
