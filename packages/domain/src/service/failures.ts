/**
 * When a deployment's tasks count as failing, and how long to wait before the next try.
 *
 * Intuition: what matters is the streak since the last task that stayed up. It is derived from the tasks
 * themselves, so a restart of the scheduler neither forgets nor doubles a failure.
 * Model: a task that ended by itself without having run for `STABLE_AFTER_MS` failed, and so did one that was
 * stopped for its health; any other that ran that long succeeded, at the moment when it had. Failures later than the last success are the streak. Tasks that were
 * started together and failed together are one round; delays grow with rounds, or else ten replicas of a broken
 * image would be ten steps up the ladder at once.
 * Rejected: a counter that events increase, which is wrong after a missed or repeated event.
 */
import type { Chances } from '../placement/draw.ts'

/** A task that stays RUNNING this long came up. ECS's own circuit breaker leaves the number open. */
export const STABLE_AFTER_MS = 10_000

/** Rounds of failures that are replaced at once: a slow dependency or a lost race often is over by then. */
const IMMEDIATE_ROUNDS = 3

const FIRST_DELAY_MS = 1000

const LONGEST_DELAY_MS = 300_000

/** Failures kept one by one: twenty rounds of the largest step, after which the delay no longer grows. */
const FAILURES_KEPT_MAX = 1000

/** A task that is STOPPED. */
export interface StoppedTask {
  readonly taskId: string
  readonly createdAtMs: number
  /** 0: it never ran. */
  readonly startedAtMs: number
  /** When its containers had ended, or else when it became STOPPED. */
  readonly endedAtMs: number
  /** Whether somebody told it to; then it did not fail. */
  readonly wasToldToStop: boolean
  /** Whether it was told to because its health checks failed; then it failed, however long it ran. */
  readonly wasUnhealthy: boolean
}

/** When a task that is not STOPPED ran; leaves out tasks whose health checks have not passed. */
export interface TaskRun {
  /** When it became RUNNING. */
  readonly startedAtMs: number
  /** When its essential containers had ended; 0: they have not. */
  readonly executionStoppedAtMs: number
}

/** Whether a task that runs has come up: RUNNING for `STABLE_AFTER_MS`, and still so. */
export const isStable = ({ startedAtMs, executionStoppedAtMs }: TaskRun, nowMs: number): boolean =>
  executionStoppedAtMs === 0 && startedAtMs > 0 && nowMs - startedAtMs >= STABLE_AFTER_MS

/** How the last tries went. */
export interface FailureStreak {
  /** Tasks that failed since one came up. */
  readonly failedCount: number
  /** The same, with tasks that were started together counted once. */
  readonly roundCount: number
}

/** The stopped tasks of one deployment, as far as the streak needs them. */
export class EndedTasks {
  /** Newer than the last success, in no particular order. */
  #failures = new Map<string, StoppedTask>()
  #droppedCount = 0
  #succeededAtMs = 0

  /** Takes a stopped task into account; harmless when it was before. */
  add(task: StoppedTask): void {
    const hasLasted = task.startedAtMs > 0 && task.endedAtMs - task.startedAtMs >= STABLE_AFTER_MS
    if (hasLasted && !task.wasUnhealthy) {
      this.#succeed(task.startedAtMs + STABLE_AFTER_MS)
    } else if ((task.wasUnhealthy || !task.wasToldToStop) && task.endedAtMs > this.#succeededAtMs) {
      this.#failures.set(task.taskId, task)
      this.#dropOldest()
    }
  }

  /** The streak at `nowMs`, given how the tasks ran that are not STOPPED. */
  streak(runs: readonly TaskRun[], nowMs: number): FailureStreak {
    let succeededAtMs = this.#succeededAtMs
    for (const { startedAtMs, executionStoppedAtMs } of runs) {
      const ranUntilMs = executionStoppedAtMs === 0 ? nowMs : executionStoppedAtMs
      const stableAtMs = startedAtMs + STABLE_AFTER_MS
      if (stableAtMs <= ranUntilMs) succeededAtMs = Math.max(succeededAtMs, stableAtMs)
    }
    const failures = [...this.#failures.values()].filter(({ endedAtMs }) => endedAtMs > succeededAtMs)
    const droppedCount = failures.length === this.#failures.size ? this.#droppedCount : 0
    const rounds = new Set(failures.map(({ createdAtMs }) => createdAtMs))
    return { failedCount: failures.length + droppedCount, roundCount: rounds.size }
  }

  #succeed(atMs: number): void {
    if (atMs <= this.#succeededAtMs) return
    this.#succeededAtMs = atMs
    this.#droppedCount = 0
    for (const [taskId, { endedAtMs }] of this.#failures) {
      if (endedAtMs <= atMs) this.#failures.delete(taskId)
    }
  }

  #dropOldest(): void {
    const [oldest] = this.#failures.keys()
    if (this.#failures.size <= FAILURES_KEPT_MAX || oldest === undefined) return
    this.#failures.delete(oldest)
    this.#droppedCount++
  }
}

/** Milliseconds to wait after `roundCount` rounds failed: none at first, then doubling, capped, jittered downwards. */
export function retryDelayMs(roundCount: number, random: Chances): number {
  if (roundCount <= IMMEDIATE_ROUNDS) return 0
  const doublings = Math.min(roundCount - IMMEDIATE_ROUNDS - 1, 30)
  const ceilingMs = Math.min(FIRST_DELAY_MS * 2 ** doublings, LONGEST_DELAY_MS)
  return Math.round(ceilingMs * (0.5 + random.next() / 2))
}
