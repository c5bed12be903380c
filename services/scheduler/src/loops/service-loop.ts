/**
 * Brings services to what their users want.
 *
 * Model: a keyed loop over service keys. Everything that changes about a service marks it (its row, its
 * deployments, its tasks, the hosts of its cluster); one run reads it whole, plans, and commits the plan as one transaction that expects
 * what was read. A service with tasks that found no place is marked again whenever its cluster's capacity may
 * have grown. A slow resync catches what was missed.
 */
import { planService } from '@homeport/domain'
import { type KeyedLoop, type Running, startKeyedLoop, type Timer, type WorkResult } from '@homeport/runtime'
import { ATTEMPTS_MAX, commitPlacements } from '../commit.ts'
import type { SchedulerPorts } from '../ports.ts'
import { applyPlan } from './apply-plan.ts'
import { readService } from './service-snapshot.ts'

/** Services worked on at a time: enough that a group commit fills while each waits for its own. */
const CONCURRENCY = 64

/** What changes marks is complete; this is for what was missed by mistake. */
const RESYNC_INTERVAL_MS = 300_000

/** The running loop. */
export class ServiceLoop implements Running {
  readonly #ports: SchedulerPorts
  readonly #loop: KeyedLoop
  readonly #resync: Timer
  /** Cluster key to the services in it that wait for capacity. */
  readonly #unplaced = new Map<string, Set<string>>()

  constructor(ports: SchedulerPorts) {
    this.#ports = ports
    this.#loop = startKeyedLoop({
      name: 'service',
      clock: ports.clock,
      random: ports.random,
      logger: ports.logger,
      concurrency: CONCURRENCY,
      work: (key, signal) => this.#work(key, signal),
    })
    this.#resync = ports.clock.every(RESYNC_INTERVAL_MS, () => this.markAll(), { background: true })
  }

  /** Looks at one service soon. */
  mark(serviceKey: string): void {
    this.#loop.mark(serviceKey)
    this.#ports.metrics.serviceQueue.set(this.#loop.pendingCount)
  }

  /** Looks at every service soon. */
  markAll(): void {
    for (const { key } of this.#ports.state.reader.view.table('services').rows()) this.mark(key)
  }

  /** Looks at the services of a cluster that wait for capacity. */
  markUnplaced(clusterKey: string): void {
    for (const key of this.#unplaced.get(clusterKey) ?? []) this.mark(key)
  }

  /** Looks at every service of a cluster: hosts decide about each. */
  markCluster(clusterKey: string): void {
    const services = this.#ports.state.reader.view.table('services').find('cluster', clusterKey)
    for (const { key } of services) this.mark(key)
  }

  async stop(): Promise<void> {
    this.#resync.cancel()
    await this.#loop.stop()
  }

  async #work(key: string, signal: AbortSignal): Promise<WorkResult> {
    const endTimer = this.#ports.metrics.serviceDurationSeconds.startTimer()
    try {
      for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
        const result = await this.#attempt(key, signal)
        if (result !== undefined) return result
      }
      throw new Error(`Cannot reconcile service: gave up after conflicts, received ${ATTEMPTS_MAX}`)
    } finally {
      endTimer()
      this.#ports.metrics.serviceQueue.set(this.#loop.pendingCount - 1)
    }
  }

  /** @returns `undefined` when a conflict asks for another attempt. */
  async #attempt(key: string, signal: AbortSignal): Promise<WorkResult | undefined> {
    const { state, clock, random, metrics } = this.#ports
    const snapshot = readService(this.#ports, key)
    if (snapshot === undefined || snapshot.desired.status === 'INACTIVE') {
      this.#setUnplaced(key, false)
      return {}
    }
    const plan = planService(snapshot.desired, snapshot.observed, { nowMs: clock.now(), random })
    const applied = applyPlan(this.#ports, snapshot, plan)
    this.#setUnplaced(key, applied.isUnplaced)
    if (applied.hasChanges) {
      const outcome = await commitPlacements(this.#ports, applied.transaction, applied.tasks)
      if (outcome.kind === 'conflict') return undefined
      metrics.placements.inc({ source: 'service' }, applied.tasks.length)
      await state.reader.waitFor(outcome.revision, signal)
    }
    return applied.againAtMs === undefined
      ? {}
      : { againAfterMs: Math.max(0, applied.againAtMs - clock.now()) }
  }

  #setUnplaced(key: string, isUnplaced: boolean): void {
    const cluster = key.slice(0, key.lastIndexOf('/'))
    const services = this.#unplaced.get(cluster) ?? new Set()
    if (isUnplaced) services.add(key)
    else services.delete(key)
    if (services.size === 0) this.#unplaced.delete(cluster)
    else this.#unplaced.set(cluster, services)
    let total = 0
    for (const { size } of this.#unplaced.values()) total += size
    this.#ports.metrics.unplacedServices.set(total)
  }
}
