import type { Observation } from './merge-observation.ts'
import { requestStop, type StoppableTask } from './stop-task.ts'
import { taskStatusOrder } from './task-status.ts'

/** A task whose instance may be gone; part of the shape of the protobuf message `Task`. */
export interface OrphanableTask extends StoppableTask {
  readonly observed?: Observation | undefined
}

const STOPPED = taskStatusOrder('STOPPED')

/**
 * A task that is not STOPPED as its agent would have reported its end, had its instance not been deregistered: what is
 * known of its containers stays, and so does the first reason to stop. `unseen` stands for what was observed of a
 * task that nothing was observed of.
 */
export function endOrphan<T extends OrphanableTask>(
  task: T,
  { nowMs, unseen }: { readonly nowMs: number; readonly unseen: Observation },
): T {
  const told = requestStop(task, {
    stopCode: 'UserInitiated',
    stoppedReason: 'Container instance deregistration forced by user',
    nowMs,
  })
  const known = task.observed ?? unseen
  const observed = {
    ...known,
    lastStatus: STOPPED,
    executionStoppedAtMs: known.executionStoppedAtMs === 0 ? nowMs : known.executionStoppedAtMs,
    stoppedAtMs: nowMs,
    containers: known.containers.map((container) => ({ ...container, lastStatus: STOPPED })),
  }
  return { ...told, observed, changeCount: task.changeCount + 1 }
}
