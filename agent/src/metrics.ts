import { TASK_STATUSES, taskStatusOrder } from '@homeport/domain'
import { Counter, Gauge, Histogram, type Registry } from '@homeport/runtime'
import type { EngineMetrics } from './engine/ports.ts'

/** From a cached image on a fast disk to a start that times out. */
const START_BUCKETS_SECONDS = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30, 60, 180]
const PULL_BUCKETS_SECONDS = [0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800]
const MS_PER_SECOND = 1000

/** The engine's metrics. Once per registry. @throws {Error} when `registry` already has them. */
export function createEngineMetrics(registry: Registry): EngineMetrics {
  const registers = [registry]
  const starts = new Counter({
    name: 'homeport_agent_container_starts_total',
    help: 'Attempts to start a container, by outcome',
    labelNames: ['outcome'],
    registers,
  })
  const startDurationSeconds = new Histogram({
    name: 'homeport_agent_container_start_duration_seconds',
    help: 'From the turn of a container to be started until it was created, started and inspected',
    buckets: START_BUCKETS_SECONDS,
    registers,
  })
  const pullDurationSeconds = new Histogram({
    name: 'homeport_agent_image_pull_duration_seconds',
    help: 'Duration of successful image pulls',
    buckets: PULL_BUCKETS_SECONDS,
    registers,
  })
  const unknownStopped = new Counter({
    name: 'homeport_agent_unknown_containers_stopped_total',
    help: 'Containers of this installation that belonged to no task and were stopped',
    registers,
  })
  return {
    started(outcome, durationMs) {
      starts.inc({ outcome })
      if (outcome === 'started') startDurationSeconds.observe(durationMs / MS_PER_SECOND)
    },
    pulled: (durationMs) => pullDurationSeconds.observe(durationMs / MS_PER_SECOND),
    unknownStopped: () => unknownStopped.inc(),
  }
}

/** What is read when metrics are asked for. */
export interface AgentReadings {
  /** Order of the last status of every task that the agent remembers. */
  readonly taskStatuses: () => readonly number[]
  /** Reports that the control plane has not acknowledged. */
  readonly unacknowledgedCount: () => number
  readonly isConnected: () => boolean
}

/** Registers the gauges that are read at each scrape. Once per registry. */
export function registerReadings(registry: Registry, readings: AgentReadings): void {
  const registers = [registry]
  new Gauge({
    name: 'homeport_agent_tasks',
    help: 'Tasks that the agent remembers, by last status',
    labelNames: ['status'],
    registers,
    collect() {
      const statuses = readings.taskStatuses()
      for (const status of TASK_STATUSES) {
        const order = taskStatusOrder(status)
        this.set({ status }, statuses.filter((candidate) => candidate === order).length)
      }
    },
  })
  new Gauge({
    name: 'homeport_agent_reports_unacknowledged',
    help: 'Task reports that the control plane has not acknowledged',
    registers,
    collect() {
      this.set(readings.unacknowledgedCount())
    },
  })
  new Gauge({
    name: 'homeport_agent_session_connected',
    help: 'Whether the agent has a session with the gateway',
    registers,
    collect() {
      this.set(readings.isConnected() ? 1 : 0)
    },
  })
}
