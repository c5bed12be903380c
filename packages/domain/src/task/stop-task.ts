import { taskStatusOrder } from './task-status.ts'

/** Why a task stopped, as ECS's `stopCode`. */
export const TASK_STOP_CODES = [
  'TaskFailedToStart',
  'EssentialContainerExited',
  'UserInitiated',
  'ServiceSchedulerInitiated',
  'SpotInterruption',
  'TerminationNotice',
] as const

/** One of `TASK_STOP_CODES`. */
export type TaskStopCode = (typeof TASK_STOP_CODES)[number]

/** What decides whether and how a task is told to stop; part of the shape of the protobuf message `Task`. */
export interface StoppableTask {
  /** `taskStatusOrder` of RUNNING or STOPPED. */
  readonly desiredStatus: number
  readonly observed?: { readonly lastStatus: number } | undefined
  readonly stopCode: string
  readonly stoppedReason: string
  readonly stoppingAtMs: number
  readonly changeCount: number
}

/** Who wants a task to stop, and why. */
export interface StopRequest {
  readonly stopCode: TaskStopCode
  /** As `describe-tasks` shows it. */
  readonly stoppedReason: string
  readonly nowMs: number
}

const STOPPED = taskStatusOrder('STOPPED')

/** Whether telling the task to stop would change anything: it has neither been told nor ended by itself. */
export const canStop = (task: StoppableTask): boolean =>
  task.desiredStatus !== STOPPED && task.observed?.lastStatus !== STOPPED

/** The task, told to stop; itself where `canStop` is false, so that the first reason stays. */
export function requestStop<T extends StoppableTask>(task: T, request: StopRequest): T {
  if (!canStop(task)) return task
  return {
    ...task,
    desiredStatus: STOPPED,
    stopCode: request.stopCode,
    stoppedReason: request.stoppedReason,
    stoppingAtMs: request.nowMs,
    changeCount: task.changeCount + 1,
  }
}
