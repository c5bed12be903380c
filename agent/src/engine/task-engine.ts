/**
 * Runs the tasks that this host holds.
 *
 * Intuition: the pure functions say what follows (`settle`) and what to do (`planTask`); this class only feeds
 * them. Whatever happens to a task (an assignment, the end of an effect, news from the runtime, a timer) is
 * folded into its state at once, in one thread, and the task is stepped.
 * Model: one step = settle, write down, report, plan, begin effects. A container has one effect under way at
 * most, so a task is worked on serially per container and its containers side by side. An assignment is safe on
 * disk before anything is done for it. Nothing is done before the containers that exist have been looked at.
 * Rejected: a worker that awaits its effects one after the other, which cannot stop a task while it pulls.
 */
import { required } from '@homeport/base'
import {
  backoffDelayMs,
  type Clock,
  delay,
  type KeyedLoop,
  type Logger,
  type Random,
  type Running,
  startKeyedLoop,
} from '@homeport/runtime'
import { taskStatusFromWire } from '@homeport/wire'
import type { TaskAssignment } from './assignment.ts'
import { type ContainerRuntime, RuntimeError } from './container-runtime.ts'
import { createEffectRunner, type EffectRunner } from './effect-runner.ts'
import { TaskEntry } from './held-tasks.ts'
import type { PullOptions } from './image-store.ts'
import { isWorthReporting, observationOf } from './observation.ts'
import { foldOutcome, type Outcome } from './outcome.ts'
import { type Effect, planTask } from './plan-task.ts'
import type { EngineMetrics, Report, SavedWork, TaskJournal } from './ports.ts'
import { type ContainerKey, type Reconciler, startReconciler } from './reconciler.ts'
import { ReportOutbox } from './report-outbox.ts'
import type { StartOptions } from './start-container.ts'
import { becomeGone, observe, settle, type TaskState } from './task-state.ts'

/** How the engine behaves. */
export interface TaskEngineOptions {
  /** Marks this agent's containers on an engine that several share. */
  readonly installationId: string
  /** Seconds between the stop signal and SIGKILL for containers that name none, 0 to 120. ECS's default: 30. */
  readonly stopTimeoutSeconds: number
  /** How long the containers of a stopped task are kept; milliseconds, 0 or more. ECS's default: 3 hours. */
  readonly cleanupWaitMs: number
  /** How images are pulled. */
  readonly pull: PullOptions
  /** How long creating and starting may take. */
  readonly start: StartOptions
}

/** What the engine needs. */
export interface TaskEnginePorts {
  readonly runtime: ContainerRuntime
  readonly journal: TaskJournal
  readonly metrics: EngineMetrics
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** A stopped task is remembered at least this long, so that an assignment that is under way cannot run it again. */
const REMEMBERED_MS = 10 * 60_000
/** How long an effect rests after the runtime could not be reached. */
const UNAVAILABLE_BACKOFF = { firstDelayMs: 100, maximumDelayMs: 10_000 }
/** Inspections in flight; each is some milliseconds. */
const LOOKS_IN_FLIGHT_MAX = 8

/** The running engine. */
export interface TaskEngine extends Running {
  /** Newest assignment revision acted on; 0: none. */
  readonly assignmentRevision: number
  /** Why it cannot work; `undefined`: it can. */
  unhealthyReason(): string | undefined
  /** Tasks that are not acknowledged as STOPPED. */
  heldTaskIds(): string[]
  /** Last statuses of all tasks that it remembers, for metrics. */
  taskStatuses(): number[]
  /**
   * Takes assignments. With `isComplete`, tasks that are not among them are stopped, and so are containers of no
   * task, unless `revision` is older than what was acted on. Idempotent; resolves when all is safe on disk.
   */
  assign(revision: number, assignments: readonly TaskAssignment[], isComplete: boolean): Promise<void>
  /** Reports that are safe on disk and not acknowledged, by number: the newest of each task. */
  pendingReports(): Report[]
  /** Calls `listener` with each new report, in order, once it is safe on disk. @returns how to end that. */
  onReport(listener: (report: Report) => void): () => void
  /** Every report up to `sequence` need not be sent again. */
  acknowledge(sequence: number): void
}

/** Starts the engine with what the checkpoint holds. */
export function startTaskEngine(
  options: TaskEngineOptions,
  ports: TaskEnginePorts,
  saved: SavedWork,
): TaskEngine {
  return new Engine(options, ports, saved)
}

class Engine implements TaskEngine {
  readonly #options: TaskEngineOptions
  readonly #ports: TaskEnginePorts
  readonly #entries = new Map<string, TaskEntry>()
  readonly #runner: EffectRunner
  readonly #looks: KeyedLoop
  readonly #reconciler: Reconciler
  readonly #outbox: ReportOutbox
  #revision: number
  #isStopped = false

  constructor(options: TaskEngineOptions, ports: TaskEnginePorts, saved: SavedWork) {
    this.#options = options
    this.#ports = ports
    this.#runner = createEffectRunner(options, ports)
    this.#revision = saved.assignmentRevision
    for (const task of saved.tasks) this.#entries.set(task.assignment.taskId, new TaskEntry(task, options))
    this.#outbox = restoreOutbox(ports.journal, saved, [...this.#entries.values()])
    this.#looks = startKeyedLoop({
      ...ports,
      name: 'container look',
      concurrency: LOOKS_IN_FLIGHT_MAX,
      backoff: UNAVAILABLE_BACKOFF,
      work: async (text) => {
        await this.#look(parseKey(text))
        return {}
      },
    })
    this.#reconciler = startReconciler(options, {
      ...ports,
      entries: this.#entries,
      look: (key) => this.#look(key),
      lookSoon: (key) => this.#looks.mark(formatKey(key)),
      onReconciled: () => {
        for (const entry of this.#entries.values()) this.#step(entry)
      },
      onUnknownStopped: () => ports.metrics.unknownStopped(),
    })
  }

  get assignmentRevision(): number {
    return this.#revision
  }

  unhealthyReason(): string | undefined {
    return this.#reconciler.isConnected ? undefined : 'the container runtime cannot be reached'
  }

  heldTaskIds(): string[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.state.stoppedAtMs === 0 || this.#isUnacknowledged(entry))
      .map((entry) => entry.assignment.taskId)
  }

  taskStatuses(): number[] {
    return [...this.#entries.values()].map((entry) => observationOf(entry.task).lastStatus)
  }

  async assign(revision: number, assignments: readonly TaskAssignment[], isComplete: boolean): Promise<void> {
    const changed = assignments.flatMap((assignment) => this.#take(assignment))
    const isCurrent = revision >= this.#revision
    if (isComplete && isCurrent) changed.push(...this.#endOthers(assignments))
    if (revision > this.#revision) {
      this.#revision = revision
      this.#ports.journal.saveRevision(revision)
    }
    await this.#ports.journal.flushed()
    await this.#reconciler.claim(changed.map((entry) => entry.assignment.taskId))
    for (const entry of changed) this.#step(entry)
    if (isComplete && isCurrent) this.#reconciler.allowStopping()
  }

  pendingReports(): Report[] {
    return this.#outbox.pending()
  }

  onReport(listener: (report: Report) => void): () => void {
    return this.#outbox.listen(listener)
  }

  acknowledge(sequence: number): void {
    for (const taskId of this.#outbox.acknowledge(sequence)) {
      const entry = this.#entries.get(taskId)
      if (entry !== undefined) this.#step(entry)
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    for (const entry of this.#entries.values()) {
      entry.timer?.cancel()
      for (const inFlight of entry.inFlight.values()) inFlight.cancel()
    }
    await this.#reconciler.stop()
    await this.#looks.stop()
    await this.#ports.journal.flushed()
  }

  /** @returns the entry when it is new or changed. */
  #take(assignment: TaskAssignment): TaskEntry[] {
    const held = this.#entries.get(assignment.taskId)
    if (held === undefined) {
      const entry = new TaskEntry({ assignment, reportSequence: 0 }, this.#options)
      this.#entries.set(assignment.taskId, entry)
      this.#ports.journal.saveAssignment(assignment)
      return [entry]
    }
    if (held.assignment.desiredStatus === 'STOPPED' || assignment.desiredStatus === 'RUNNING') return []
    return [this.#endTask(held, assignment.stoppedReason)]
  }

  #endTask(entry: TaskEntry, stoppedReason: string): TaskEntry {
    entry.assignment = { ...entry.assignment, desiredStatus: 'STOPPED', stoppedReason }
    this.#ports.journal.saveAssignment(entry.assignment)
    return entry
  }

  #endOthers(assignments: readonly TaskAssignment[]): TaskEntry[] {
    const known = new Set(assignments.map(({ taskId }) => taskId))
    return [...this.#entries.values()]
      .filter((entry) => !known.has(entry.assignment.taskId))
      .filter((entry) => entry.state.stoppedAtMs === 0 && entry.assignment.desiredStatus === 'RUNNING')
      .map((entry) => {
        const { taskId } = entry.assignment
        this.#ports.logger.warn({ taskId }, 'the control plane does not know this task any more: stopping it')
        return this.#endTask(entry, 'Task is not known to the control plane')
      })
  }

  /** `before`: the state as it was written down last; absent: as it is. */
  #step(entry: TaskEntry, before: TaskState = entry.state): void {
    // Before the containers that exist are known, a plan could make them a second time.
    if (!this.#reconciler.isReconciled || this.#isStopped) {
      if (entry.state !== before) this.#save(entry)
      return
    }
    const nowMs = this.#ports.clock.now()
    entry.state = settle(entry.task, new Set(entry.inFlight.keys()), nowMs)
    this.#record(entry, before)
    const plan = planTask(entry.task, {
      inFlight: new Map([...entry.inFlight].map(([name, { kind }]) => [name, kind])),
      nowMs,
      cleanupWaitMs: this.#options.cleanupWaitMs,
    })
    for (const name of plan.cancel) entry.inFlight.get(name)?.cancel()
    for (const effect of plan.effects) this.#begin(entry, effect)
    if (plan.isFinished) this.#finish(entry, nowMs)
    else this.#stepAt(entry, plan.againAtMs, nowMs)
  }

  #stepAt(entry: TaskEntry, atMs: number | undefined, nowMs: number): void {
    entry.timer?.cancel()
    entry.timer =
      atMs === undefined
        ? undefined
        : this.#ports.clock.after(atMs - nowMs, () => this.#step(entry), { background: true })
  }

  /** Nothing of the task is left on the host; it is remembered until nobody can ask for it again. */
  #finish(entry: TaskEntry, nowMs: number): void {
    const dueAtMs = entry.state.stoppedAtMs + REMEMBERED_MS
    if (nowMs < dueAtMs) {
      this.#stepAt(entry, dueAtMs, nowMs)
      return
    }
    // Until then the next acknowledgement steps the task.
    if (this.#isUnacknowledged(entry)) return
    this.#entries.delete(entry.assignment.taskId)
    this.#ports.journal.forget(entry.assignment.taskId)
  }

  /** Writes down what changed since `before`, numbers the report if there is one, and lets it go once it is safe. */
  #record(entry: TaskEntry, before: TaskState): void {
    const { taskId } = entry.assignment
    const observed = observationOf(entry.task)
    const isReport = isWorthReporting(entry.reported, observed)
    if (isReport) {
      entry.reported = observed
      entry.reportSequence = this.#outbox.nextSequence()
    }
    if (entry.state !== before || isReport) this.#save(entry)
    if (!isReport) return
    const { lastStatus, stoppedReason } = observed
    this.#ports.logger.info(
      { taskId, lastStatus: taskStatusFromWire(lastStatus), stoppedReason },
      'task moved',
    )
    this.#outbox.add(entry.reportSequence, taskId, observed)
  }

  #save({ assignment, state, reportSequence }: TaskEntry): void {
    this.#ports.journal.saveState(assignment.taskId, { state, reportSequence })
  }

  #isUnacknowledged(entry: TaskEntry): boolean {
    return entry.reportSequence > this.#outbox.acknowledgedSequence
  }

  #begin(entry: TaskEntry, effect: Effect): void {
    const abort = new AbortController()
    entry.inFlight.set(effect.container, { kind: effect.kind, cancel: () => abort.abort() })
    if (effect.kind === 'pull' && entry.state.pullStartedAtMs === 0) {
      entry.state = { ...entry.state, pullStartedAtMs: this.#ports.clock.now() }
    }
    void this.#carryOut(entry, effect, abort.signal)
  }

  async #carryOut(entry: TaskEntry, effect: Effect, signal: AbortSignal): Promise<void> {
    const name = effect.container
    const blueprint = required(
      entry.blueprint.containers.find((container) => container.name === name),
      `container ${name}`,
    )
    let outcome: Outcome
    try {
      outcome = await this.#runner.run(effect, blueprint, signal)
    } catch (error) {
      await this.#retryLater(entry, effect, error)
      return
    }
    entry.inFlight.delete(name)
    entry.failureCounts.delete(name)
    const atMs = this.#ports.clock.now()
    this.#fold(entry, (state) => foldOutcome(state, name, { outcome, atMs }))
  }

  /**
   * Lets the container rest, and has its effect planned again. A start whose outcome is unknown may have made the
   * container, so it is looked for first: a task that is to end must not leave it behind.
   * @throws whatever it was, when it is not the runtime being away: a bug.
   */
  async #retryLater(entry: TaskEntry, effect: Effect, error: unknown): Promise<void> {
    if (!(error instanceof RuntimeError)) throw error
    const { clock, random, logger } = this.#ports
    const name = effect.container
    const { taskId } = entry.assignment
    const failureCount = (entry.failureCounts.get(name) ?? 0) + 1
    entry.failureCounts.set(name, failureCount)
    const delayMs = backoffDelayMs(failureCount, UNAVAILABLE_BACKOFF, random)
    logger.warn({ err: error, taskId, effect, delayMs }, 'effect failed, will be repeated')
    const rest = new AbortController()
    entry.inFlight.set(name, { kind: 'waiting', cancel: () => rest.abort() })
    await delay(clock, delayMs, rest.signal)
    if (this.#isStopped) return
    try {
      if (effect.kind === 'start') await this.#look({ taskId, name, runtimeId: entry.engineNameOf(name) })
    } catch (lookError) {
      await this.#retryLater(entry, effect, lookError)
      return
    }
    entry.inFlight.delete(name)
    this.#step(entry)
  }

  /** Folds something into the state and steps the task. */
  #fold(entry: TaskEntry, change: (state: TaskState) => TaskState): void {
    const before = entry.state
    entry.state = change(before)
    this.#step(entry, before)
  }

  async #look({ taskId, name, runtimeId }: ContainerKey): Promise<void> {
    const facts = await this.#ports.runtime.inspectContainer(runtimeId)
    const entry = this.#entries.get(taskId)
    if (entry?.has(name) !== true) return
    const atMs = this.#ports.clock.now()
    this.#fold(entry, (state) =>
      facts === undefined ? becomeGone(state, name, atMs) : observe(state, name, facts),
    )
  }
}

function restoreOutbox(journal: TaskJournal, saved: SavedWork, entries: readonly TaskEntry[]): ReportOutbox {
  const acknowledged = saved.acknowledgedSequence
  const pending = entries
    .filter(({ reportSequence }) => reportSequence > acknowledged)
    .sort((one, other) => one.reportSequence - other.reportSequence)
    .map(({ assignment, reportSequence, reported }) => ({
      sequence: reportSequence,
      taskId: assignment.taskId,
      observed: required(reported, 'observation of a report'),
    }))
  const sequence = Math.max(acknowledged, ...entries.map(({ reportSequence }) => reportSequence))
  return new ReportOutbox(journal, { sequence, acknowledged, pending })
}

// None of the three contains a slash: container names are of letters, digits, hyphens and underscores.
const formatKey = ({ taskId, name, runtimeId }: ContainerKey): string => `${taskId}/${name}/${runtimeId}`

function parseKey(text: string): ContainerKey {
  const [taskId = '', name = '', runtimeId = ''] = text.split('/')
  return { taskId, name, runtimeId }
}
