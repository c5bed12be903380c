/**
 * Keeps what the engine believes in step with the containers that exist.
 *
 * Intuition: events are news, a listing is the truth. The truth is fetched whenever news may have been missed:
 * at start, whenever the stream of events opens again (the runtime replays too few), and once in a while.
 * Model: a listing is compared with the held tasks; every difference is settled by inspecting that container, so
 * that a listing that was overtaken by an effect does no harm. Containers of our installation that belong to no
 * task are kept aside: an assignment may claim them, and they are stopped only when the control plane's complete
 * list does not.
 */
import {
  type Clock,
  type KeyedLoop,
  type Logger,
  type Random,
  type Running,
  startKeyedLoop,
} from '@homeport/runtime'
import { type ContainerRuntime, type ListedContainer, RuntimeError } from './container-runtime.ts'
import { runtimeIdOf } from './container-state.ts'
import type { TaskEntry } from './held-tasks.ts'
import { CONTAINER_NAME_LABEL, INSTALLATION_LABEL, TASK_LABEL } from './labels.ts'

/** A container by its task. */
export interface ContainerKey {
  readonly taskId: string
  /** Its name in the task definition. */
  readonly name: string
  readonly runtimeId: string
}

/** What the reconciler needs. */
export interface ReconcilerPorts {
  readonly runtime: ContainerRuntime
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** The held tasks by id. */
  readonly entries: ReadonlyMap<string, TaskEntry>
  /** Inspects a container and folds what it finds. */
  readonly look: (key: ContainerKey) => Promise<void>
  /** The same, soon and until it succeeds. */
  readonly lookSoon: (key: ContainerKey) => void
  /** The containers of all held tasks have been looked at. */
  readonly onReconciled: () => void
  /** A container that belongs to no task was stopped. */
  readonly onUnknownStopped: () => void
}

/** How unknown containers are told apart and stopped. */
export interface ReconcilerOptions {
  /** Containers with another installation's label are left alone. */
  readonly installationId: string
  /** Seconds between the stop signal and SIGKILL for containers of no task, 0 to 120. */
  readonly stopTimeoutSeconds: number
}

/** A listing with 1,000 containers costs some 50 ms of the engine: cheap at this pace. */
const RESYNC_INTERVAL_MS = 60_000
const BACKOFF = { firstDelayMs: 100, maximumDelayMs: 10_000 }

/** Keeps engine and runtime in step. */
export interface Reconciler extends Running {
  /** Whether the runtime's stream of events is open. */
  readonly isConnected: boolean
  /** Whether the containers that exist have been looked at once. */
  readonly isReconciled: boolean
  /** Looks at containers that these tasks, held since just now, already have. */
  claim(taskIds: readonly string[]): Promise<void>
  /** The control plane has said what belongs here: from now on containers of no task are stopped. */
  allowStopping(): void
}

/** Starts watching. */
export function startReconciler(options: ReconcilerOptions, ports: ReconcilerPorts): Reconciler {
  return new Watcher(options, ports)
}

class Watcher implements Reconciler {
  readonly #options: ReconcilerOptions
  readonly #ports: ReconcilerPorts
  readonly #loop: KeyedLoop
  readonly #watch: Running
  readonly #resync: { cancel(): void }
  /** Containers of no task, by runtime id. */
  readonly #unknown = new Map<string, ListedContainer>()
  #mayStop = false
  isConnected = false
  isReconciled = false

  constructor(options: ReconcilerOptions, ports: ReconcilerPorts) {
    this.#options = options
    this.#ports = ports
    this.#loop = startKeyedLoop({
      ...ports,
      name: 'container reconciliation',
      concurrency: 2,
      backoff: BACKOFF,
      work: async (key) => {
        await (key === 'list' ? this.#reconcile() : this.#stopUnknown(key))
        return {}
      },
    })
    this.#watch = ports.runtime.watch(`${INSTALLATION_LABEL}=${options.installationId}`, {
      onConnected: () => {
        this.isConnected = true
        this.#loop.mark('list')
      },
      onDisconnected: () => {
        this.isConnected = false
      },
      onChange: (change) => {
        const key = keyOf(change)
        if (ports.entries.has(key.taskId)) ports.lookSoon(key)
      },
    })
    this.#resync = ports.clock.every(RESYNC_INTERVAL_MS, () => this.#loop.mark('list'), { background: true })
  }

  async claim(taskIds: readonly string[]): Promise<void> {
    const claimed = [...this.#unknown.values()].filter((listed) => taskIds.includes(keyOf(listed).taskId))
    try {
      for (const listed of claimed) {
        await this.#ports.look(keyOf(listed))
        this.#unknown.delete(listed.runtimeId)
      }
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error
      // The next listing finds them to be held; until then nothing is done for any task.
      this.isReconciled = false
      this.#loop.mark('list')
    }
  }

  allowStopping(): void {
    this.#mayStop = true
    for (const runtimeId of this.#unknown.keys()) this.#loop.mark(runtimeId)
  }

  async stop(): Promise<void> {
    this.#resync.cancel()
    await this.#watch.stop()
    await this.#loop.stop()
  }

  async #reconcile(): Promise<void> {
    const { runtime, entries } = this.#ports
    const listed = await runtime.listContainers(`${INSTALLATION_LABEL}=${this.#options.installationId}`)
    this.#unknown.clear()
    for (const container of listed) {
      const key = keyOf(container)
      const entry = entries.get(key.taskId)
      if (entry === undefined || !entry.has(key.name)) this.#unknown.set(container.runtimeId, container)
      else await this.#compare(entry, key, container.isRunning)
    }
    const listedIds = new Set(listed.map(({ runtimeId }) => runtimeId))
    for (const key of missingKeys(entries, listedIds)) await this.#ports.look(key)
    this.isReconciled = true
    this.#ports.onReconciled()
    if (this.#mayStop) this.allowStopping()
  }

  async #compare(entry: TaskEntry, key: ContainerKey, isRunning: boolean): Promise<void> {
    const state = entry.state.containers[key.name]
    if (state === undefined) return
    if (state.phase === 'stopped') {
      // Made by a call that was given up on: it came into being after its end was decided.
      if (state.isRemoved || !state.hasStarted) await this.#ports.runtime.removeContainer(key.runtimeId)
      return
    }
    if (state.phase === 'running' && isRunning) return
    await this.#ports.look(key)
  }

  async #stopUnknown(runtimeId: string): Promise<void> {
    const listed = this.#unknown.get(runtimeId)
    if (listed === undefined || this.#ports.entries.has(keyOf(listed).taskId)) return
    this.#ports.logger.warn(
      { runtimeId, labels: listed.labels },
      'stopping a container that belongs to no task',
    )
    if (listed.isRunning) {
      await this.#ports.runtime.stopContainer(runtimeId, this.#options.stopTimeoutSeconds)
    }
    await this.#ports.runtime.removeContainer(runtimeId)
    this.#unknown.delete(runtimeId)
    this.#ports.onUnknownStopped()
  }
}

const keyOf = (container: Pick<ListedContainer, 'labels' | 'runtimeId'>): ContainerKey => ({
  taskId: container.labels[TASK_LABEL] ?? '',
  name: container.labels[CONTAINER_NAME_LABEL] ?? '',
  runtimeId: container.runtimeId,
})

/** Containers that are believed to exist and live, but are not in the listing. */
function missingKeys(
  entries: ReadonlyMap<string, TaskEntry>,
  listedIds: ReadonlySet<string>,
): ContainerKey[] {
  return [...entries.values()].flatMap((entry) =>
    Object.entries(entry.state.containers)
      .filter(([, state]) => state.phase === 'running' || state.phase === 'created')
      .map(([name, state]) => ({ taskId: entry.assignment.taskId, name, runtimeId: runtimeIdOf(state) }))
      .filter(({ runtimeId }) => !listedIds.has(runtimeId)),
  )
}
