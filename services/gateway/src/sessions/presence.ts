/**
 * Keeps `agent_connected` true to what happens.
 *
 * Intuition: an agent that restarts is away for a second, and nobody should see that. So an instance counts as
 * connected until there was no contact for `CONTACT_GRACE_MS`, however its session ended, and a gateway that has
 * just started waits as long before it believes that somebody is missing.
 * Model: a level-triggered loop over instances, which compares the row with the sessions that there are.
 * Registration itself writes true. Nothing here touches a task.
 */
import {
  type Clock,
  type KeyedLoop,
  type Logger,
  type Random,
  startKeyedLoop,
  type WorkResult,
} from '@homeport/runtime'
import { type StateReader, type StateWriter, TransactionBuilder } from '@homeport/store'
import { ContainerInstanceStatus } from '@homeport/wire/types'
import { CONTACT_GRACE_MS } from './heartbeat-monitor.ts'

/** What presence works with. */
export interface PresencePorts {
  readonly reader: StateReader
  readonly writer: StateWriter
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** Writes at a time, when many hosts vanish together. */
const WRITES_IN_FLIGHT_MAX = 256

/** See the head of this file. */
export class Presence {
  readonly #ports: PresencePorts
  readonly #loop: KeyedLoop
  readonly #startedMs: number
  /** Instances with a session. */
  readonly #present = new Set<string>()
  /** `Clock.monotonic` of the last contact with instances whose session ended, until that is written. */
  readonly #lastContactMs = new Map<string, number>()

  constructor(ports: PresencePorts) {
    this.#ports = ports
    this.#startedMs = ports.clock.monotonic()
    this.#loop = startKeyedLoop({
      name: 'instance-presence',
      clock: ports.clock,
      random: ports.random,
      logger: ports.logger,
      concurrency: WRITES_IN_FLIGHT_MAX,
      work: (instanceKey, signal) => this.#work(instanceKey, signal),
    })
  }

  /** A session of the instance is registered. */
  arrived(instanceKey: string): void {
    this.#present.add(instanceKey)
    this.#lastContactMs.delete(instanceKey)
    this.#loop.mark(instanceKey)
  }

  /** The instance has no session any more; it was last heard at `lastContactMs` of the monotonic clock. */
  left(instanceKey: string, lastContactMs: number): void {
    this.#present.delete(instanceKey)
    this.#lastContactMs.set(instanceKey, lastContactMs)
    this.#loop.mark(instanceKey)
  }

  /** Looks at every instance that is marked as connected. */
  markAll(): void {
    for (const row of this.#ports.reader.view.table('containerInstances').rows()) {
      if (row.value.agentConnected) this.#loop.mark(row.key)
    }
  }

  /** Ends the work in hand. */
  stop(): Promise<void> {
    return this.#loop.stop()
  }

  async #work(instanceKey: string, signal: AbortSignal): Promise<WorkResult> {
    const { reader, writer, clock, logger } = this.#ports
    const row = reader.view.table('containerInstances').get(instanceKey)
    const isPresent = this.#present.has(instanceKey)
    const isSettled = row === undefined || row.value.agentConnected === isPresent
    // A deregistered instance never comes back; its last session may still be on its way out.
    if (isSettled || (isPresent && row.value.status === ContainerInstanceStatus.INACTIVE)) {
      this.#lastContactMs.delete(instanceKey)
      return {}
    }
    const lastContactMs = this.#lastContactMs.get(instanceKey) ?? this.#startedMs
    const remainingMs = lastContactMs + CONTACT_GRACE_MS - clock.monotonic()
    if (!isPresent && remainingMs > 0) return { againAfterMs: remainingMs }
    const outcome = await writer.commit(
      new TransactionBuilder().update('containerInstances', row, {
        ...row.value,
        agentConnected: isPresent,
        agentConnectionChangedAtMs: clock.now(),
      }),
    )
    const seenAt = outcome.kind === 'committed' ? outcome.revision : outcome.actualVersion
    if (outcome.kind === 'committed') {
      logger.info({ instanceKey, agentConnected: isPresent }, 'agent connection changed')
    }
    await reader.waitFor(Math.max(seenAt, 1), signal)
    return { againAfterMs: 0 }
  }
}
