/** What the loop of a service needs of the past: how its tasks ended, and what was said last. */

import { fromBinary } from '@bufbuild/protobuf'
import { EndedTasks, isPlacementEvent, type PlacementEvent } from '@homeport/domain'
import {
  type Row,
  type RowChange,
  type ServiceScope,
  serviceKey,
  serviceMemberKey,
  type ViewReader,
} from '@homeport/store'
import { type ServiceEvent, type Task, TaskSchema, TaskStatus } from '@homeport/wire/types'
import { toStoppedTask } from './to-domain.ts'

/** The newest events of one service. */
export interface NewestEvents {
  readonly incarnationId: string
  /** 0: none yet. */
  readonly sequence: number
  /** Empty: none yet. */
  readonly message: string
  readonly lastPlacement: PlacementEvent | undefined
}

/** History of all services, kept with the view. */
export class ServiceHistory {
  /** By deployment key. */
  readonly #ended = new Map<string, EndedTasks>()
  /** By service key; filled when somebody asks. */
  readonly #events = new Map<string, NewestEvents>()

  /** The stopped tasks of a deployment. */
  ended(scope: ServiceScope, deploymentId: string): EndedTasks {
    const key = serviceMemberKey(scope, deploymentId)
    const existing = this.#ended.get(key)
    if (existing !== undefined) return existing
    const created = new EndedTasks()
    this.#ended.set(key, created)
    return created
  }

  /** The newest events of a service's incarnation. */
  newestEvents(view: ViewReader, scope: ServiceScope, incarnationId: string): NewestEvents {
    const key = serviceKey(scope)
    const known = this.#events.get(key)
    if (known?.incarnationId === incarnationId) return known
    let newest: NewestEvents = { incarnationId, sequence: 0, message: '', lastPlacement: undefined }
    const events = [...view.table('serviceEvents').find('service', key)]
      .map(({ value }) => value)
      .filter((event) => event.incarnationId === incarnationId)
      .toSorted((first, second) => first.sequence - second.sequence)
    for (const event of events) newest = withEvent(newest, event)
    this.#events.set(key, newest)
    return newest
  }

  /** Looks at everything again. */
  rebuild(view: ViewReader): void {
    this.#ended.clear()
    this.#events.clear()
    // Decoded without keeping: history may be a hundred times what runs.
    for (const row of view.table('tasks').find('stopped', 'stopped'))
      this.#addStopped(fromBinary(TaskSchema, row.bytes))
  }

  /** Follows one change. */
  observe(change: RowChange): void {
    if (change.table === 'tasks' && change.after !== undefined)
      this.#addStopped((change.after as Row<'tasks'>).value)
    if (change.table === 'serviceEvents') this.#observeEvent(change as RowChange<'serviceEvents'>)
    if (change.table === 'serviceDeployments' && change.after === undefined) this.#ended.delete(change.key)
  }

  #addStopped(task: Task): void {
    const { spec } = task
    if (spec === undefined || spec.service === '' || task.observed?.lastStatus !== TaskStatus.STOPPED) return
    const scope = {
      accountId: task.accountId,
      region: task.region,
      cluster: task.cluster,
      service: spec.service,
    }
    this.ended(scope, spec.deploymentId).add(toStoppedTask(task))
  }

  #observeEvent({ after }: RowChange<'serviceEvents'>): void {
    if (after === undefined) return
    const key = serviceKey(after.value)
    const known = this.#events.get(key)
    if (known?.incarnationId === after.value.incarnationId)
      this.#events.set(key, withEvent(known, after.value))
  }
}

function withEvent(newest: NewestEvents, event: ServiceEvent): NewestEvents {
  const { message, createdAtMs, sequence } = event
  if (sequence <= newest.sequence) return newest
  const lastPlacement = isPlacementEvent(message) ? { message, createdAtMs } : newest.lastPlacement
  return { ...newest, sequence, message, lastPlacement }
}
