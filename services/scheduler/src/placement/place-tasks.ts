/** Choosing instances for several tasks of one kind, each taking its place before the next is placed. */
import { type PlacementRequest, type PlacementRules, Refusals } from '@homeport/domain'
import { clusterKey, clusterMemberKey, type TransactionBuilder } from '@homeport/store'
import type { Task } from '@homeport/wire/types'
import type { SchedulerPorts } from '../ports.ts'
import { NO_REQUIREMENTS } from '../view/to-domain.ts'
import { newTask, type TaskTemplate } from './new-task.ts'

/** What was decided; `tasks` are assumed. */
export interface PlacedTasks {
  readonly tasks: readonly Task[]
  /** Why the others found no place; `undefined`: all have one. */
  readonly refusals: Refusals | undefined
}

/** What a task of the template asks of an instance. */
export const requestOf = ({ spec }: TaskTemplate, rules: PlacementRules): PlacementRequest => ({
  requirements: spec.requirements ?? NO_REQUIREMENTS,
  group: spec.group,
  rules,
})

/** Places up to `count` tasks; stops at the first that finds no place, because the others are alike. */
export function placeTasks(
  ports: SchedulerPorts,
  template: TaskTemplate,
  options: { readonly count: number; readonly rules: PlacementRules },
): PlacedTasks {
  const pool = ports.view.pools.pool(clusterKey(template))
  const request = requestOf(template, options.rules)
  const createdAtMs = ports.clock.now()
  const tasks: Task[] = []
  while (tasks.length < options.count) {
    const placement = pool.place(request, ports.random)
    if (placement.kind === 'refused') {
      for (const [reason, count] of placement.refusals.counts) ports.metrics.refusals.inc({ reason }, count)
      return { tasks, refusals: placement.refusals }
    }
    const task = newTask(template, placement, { ids: ports.ids, createdAtMs })
    ports.view.pools.assume(task)
    tasks.push(task)
  }
  return { tasks, refusals: undefined }
}

/** Places one task on each of the instances that takes one. */
export function placeOnEach(
  ports: SchedulerPorts,
  template: TaskTemplate,
  options: { readonly instanceIds: readonly string[]; readonly rules: PlacementRules },
): PlacedTasks {
  const pool = ports.view.pools.pool(clusterKey(template))
  const request = requestOf(template, options.rules)
  const createdAtMs = ports.clock.now()
  const tasks: Task[] = []
  const refusals = new Refusals()
  for (const instanceId of options.instanceIds) {
    const placement = pool.placeOn(instanceId, request)
    if (placement.kind === 'unfit') {
      ports.metrics.refusals.inc({ reason: placement.reason })
      refusals.add({ instanceId, reason: placement.reason })
      continue
    }
    const task = newTask(template, placement, { ids: ports.ids, createdAtMs })
    ports.view.pools.assume(task)
    tasks.push(task)
  }
  return { tasks, refusals: tasks.length < options.instanceIds.length ? refusals : undefined }
}

/**
 * Adds the rows, provided that the cluster and the instances are still what they were when the tasks were
 * placed: an instance that was deregistered meanwhile gets nothing.
 */
export function insertTasks(
  ports: SchedulerPorts,
  transaction: TransactionBuilder,
  tasks: readonly Task[],
): void {
  const { view } = ports.state.reader
  const [first] = tasks
  if (first === undefined) return
  const cluster = view.table('clusters').get(clusterKey(first))
  if (cluster !== undefined) transaction.expectUnchanged('clusters', cluster)
  const instanceKeys = new Set(
    tasks.map((task) => clusterMemberKey(task, task.spec?.containerInstanceId ?? '')),
  )
  for (const key of instanceKeys) {
    const instance = view.table('containerInstances').get(key)
    if (instance !== undefined) transaction.expectUnchanged('containerInstances', instance)
  }
  for (const task of tasks) transaction.insert('tasks', task)
}
