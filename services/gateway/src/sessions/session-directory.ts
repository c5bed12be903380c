/**
 * Which session serves which instance, and what each has to hear of a revision.
 *
 * A task's row carries its instance in its index terms while it is not known as STOPPED, so a revision is handed
 * out without decoding the tasks of hosts whose sessions are elsewhere.
 */
import type { AppliedRevision, Row, RowChange } from '@homeport/store'
import type { GatewayMetrics } from '../metrics.ts'
import type { InstanceIdentity } from './instance-identity.ts'
import type { Presence } from './presence.ts'
import type { Session } from './session.ts'

const BOUND_INSTANCE = 'boundInstance='

/** See the head of this file. */
export class SessionDirectory {
  readonly #presence: Presence
  readonly #metrics: GatewayMetrics
  /** By instance key. */
  readonly #sessions = new Map<string, Session>()

  constructor(presence: Presence, metrics: GatewayMetrics) {
    this.#presence = presence
    this.#metrics = metrics
  }

  /** Makes `session` the instance's session; an older one ends. */
  claim(instance: InstanceIdentity, session: Session): void {
    const older = this.#sessions.get(instance.key)
    this.#sessions.set(instance.key, session)
    this.#metrics.sessions.set(this.#sessions.size)
    this.#presence.arrived(instance.key)
    older?.end('replaced', { code: 'REPLACED', message: 'A newer session of this container instance began' })
  }

  /** Notes that `session` ended; a session that was replaced no longer counts. */
  release(instance: InstanceIdentity, session: Session, lastContactMs: number): void {
    if (this.#sessions.get(instance.key) !== session) return
    this.#sessions.delete(instance.key)
    this.#metrics.sessions.set(this.#sessions.size)
    this.#presence.left(instance.key, lastContactMs)
  }

  /** Tells the sessions what a revision means for them. */
  dispatch(applied: AppliedRevision): void {
    for (const change of applied.changes) {
      if (change.table === 'tasks') this.#dispatchTask(change as RowChange<'tasks'>)
      if (change.table === 'containerInstances') {
        this.#sessions.get(change.key)?.instanceChanged((change as RowChange<'containerInstances'>).after)
      }
    }
  }

  /** Makes every session look at the whole view again. */
  viewReset(): void {
    for (const session of this.#sessions.values()) session.viewReset()
    this.#presence.markAll()
  }

  #dispatchTask({ key, before, after }: RowChange<'tasks'>): void {
    if (after === undefined) return
    // Without the term the task is STOPPED, which only its agent's report can have said.
    const session = this.#sessions.get(boundInstanceOf(after) ?? '')
    if (session === undefined) return
    if (before === undefined || before.value.desiredStatus !== after.value.desiredStatus) {
      session.taskChanged(key)
    }
  }
}

function boundInstanceOf(row: Row<'tasks'>): string | undefined {
  const term = row.indexTerms.find((candidate) => candidate.startsWith(BOUND_INSTANCE))
  return term?.slice(BOUND_INSTANCE.length)
}
