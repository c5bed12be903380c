import type { ServiceTask } from './service-state.ts'

/**
 * The `count` tasks of `tasks` that a scale-in stops, in that order: those that do not run yet first, the least
 * far before the others; then, one by one, from the instance that holds most of what is left. Among equals the
 * newest goes. Gives all when there are fewer.
 */
export function pickTasksToStop(tasks: readonly ServiceTask[], count: number): ServiceTask[] {
  const starting = tasks.filter(({ lastStatus }) => lastStatus !== 'RUNNING').toSorted(newestFirst)
  const running = tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').toSorted(newestFirst)
  const picked = starting.slice(0, count)
  const byInstance = Map.groupBy(running, ({ containerInstanceId }) => containerInstanceId)
  while (picked.length < count) {
    let fullest: ServiceTask[] = []
    for (const queue of byInstance.values()) if (isBefore(queue, fullest)) fullest = queue
    const next = fullest.shift()
    if (next === undefined) break
    picked.push(next)
  }
  return picked
}

/** Whether the next task comes from `queue` rather than from `other`. */
function isBefore(queue: readonly ServiceTask[], other: readonly ServiceTask[]): boolean {
  if (queue.length !== other.length) return queue.length > other.length
  const [first, second] = [queue[0], other[0]]
  return first !== undefined && second !== undefined && newestFirst(first, second) < 0
}

const newestFirst = (first: ServiceTask, second: ServiceTask): number =>
  second.createdAtMs - first.createdAtMs || (first.taskId < second.taskId ? -1 : 1)
