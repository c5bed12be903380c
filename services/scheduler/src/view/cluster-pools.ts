/**
 * The placement pools of all clusters, kept with the view, and the overlay of what was decided but is not
 * visible yet.
 *
 * Intuition: a task that is about to be committed already takes its place; otherwise two placements in flight
 * would share it. The pool is idempotent by task key, so the row's arrival changes nothing.
 * Model: `assume` binds and remembers; the row's arrival forgets the assumption; `drop` takes it back when the
 * transaction did not land. A view that was made anew rebuilds every pool and binds the assumptions again.
 */
import { PlacementPool } from '@homeport/domain'
import { clusterKey, keyOf, type Row, type RowChange, type ViewReader } from '@homeport/store'
import { type ContainerInstance, type Task, TaskStatus } from '@homeport/wire/types'
import { toBoundTask, toPlaceableInstance } from './to-domain.ts'

/** Whether the task still holds what it requires. */
const isBound = (task: Task): boolean => task.observed?.lastStatus !== TaskStatus.STOPPED

/** One pool per cluster. */
export class ClusterPools {
  readonly #pools = new Map<string, PlacementPool>()
  /** By task key: decided, and not seen in the view. */
  readonly #assumed = new Map<string, Task>()

  /** The pool of a cluster (`clusterKey`), empty when nothing of it is known. */
  pool(cluster: string): PlacementPool {
    const existing = this.#pools.get(cluster)
    if (existing !== undefined) return existing
    const created = new PlacementPool()
    this.#pools.set(cluster, created)
    return created
  }

  /** Lets the task take its place before it is visible. */
  assume(task: Task): void {
    const key = keyOf('tasks', task)
    this.#assumed.set(key, task)
    this.pool(clusterKey(task)).bind(toBoundTask(key, task))
  }

  /** Takes back what did not land; harmless for tasks that the view has shown. */
  drop(tasks: readonly Task[]): void {
    for (const task of tasks) {
      const key = keyOf('tasks', task)
      if (this.#assumed.delete(key)) this.pool(clusterKey(task)).release(key)
    }
  }

  /** Looks at everything again. */
  rebuild(view: ViewReader): void {
    this.#pools.clear()
    for (const { value } of view.table('containerInstances').rows()) this.#putInstance(value)
    for (const row of view.table('tasks').rows()) {
      // The index says who is bound without decoding history.
      if (!row.indexTerms.includes('stopped=stopped')) this.#putTask(row)
    }
    for (const [key, task] of this.#assumed) {
      if (view.table('tasks').get(key) === undefined) this.pool(clusterKey(task)).bind(toBoundTask(key, task))
      else this.#assumed.delete(key)
    }
  }

  /** Follows one change. @returns the cluster whose capacity may have grown, if any. */
  observe(change: RowChange): string | undefined {
    if (change.table === 'containerInstances')
      return this.#observeInstance(change as RowChange<'containerInstances'>)
    if (change.table === 'tasks') return this.#observeTask(change as RowChange<'tasks'>)
    return undefined
  }

  #observeInstance({ before, after }: RowChange<'containerInstances'>): string | undefined {
    if (after !== undefined) {
      this.#putInstance(after.value)
      return clusterKey(after.value)
    }
    if (before !== undefined) this.pool(clusterKey(before.value)).removeInstance(before.value.instanceId)
    return undefined
  }

  #observeTask({ key, before, after }: RowChange<'tasks'>): string | undefined {
    this.#assumed.delete(key)
    if (after !== undefined && isBound(after.value)) {
      this.#putTask(after)
      return undefined
    }
    const gone = after ?? before
    if (gone === undefined) return undefined
    const cluster = clusterKey(gone.value)
    return this.pool(cluster).release(key) ? cluster : undefined
  }

  #putInstance(instance: ContainerInstance): void {
    this.pool(clusterKey(instance)).putInstance(toPlaceableInstance(instance))
  }

  #putTask(row: Row<'tasks'>): void {
    this.pool(clusterKey(row.value)).bind(toBoundTask(row.key, row.value))
  }
}
