import { mergeObservation } from '@homeport/domain'
import { type Task, type TaskObservation, TaskStatus } from '@homeport/wire/types'

/**
 * The task after an agent's report, or `undefined` when the report says nothing new. Pure.
 *
 * A task that ended by itself is also no longer wanted: `desired_status` becomes STOPPED with the agent's words.
 * Where somebody had told it to stop, their words stay.
 */
export function applyReport(task: Task, reported: TaskObservation, nowMs: number): Task | undefined {
  const merged = mergeObservation(task.observed, reported)
  if (merged.kind === 'unchanged') return undefined
  const { observed } = merged
  const changed = { ...task, observed, changeCount: task.changeCount + 1 }
  if (observed.lastStatus !== TaskStatus.STOPPED || task.desiredStatus === TaskStatus.STOPPED) return changed
  return {
    ...changed,
    desiredStatus: TaskStatus.STOPPED,
    stopCode: observed.stopCode,
    stoppedReason: observed.stoppedReason,
    stoppingAtMs: observed.executionStoppedAtMs === 0 ? nowMs : observed.executionStoppedAtMs,
  }
}
