/**
 * Goal: no order of events makes the engine lose a container, run one twice, or report a task backwards.
 * Method: random tasks, stops, exits, failures of the runtime and deaths of the agent from a seed. Then the
 * trouble ends, everything is told to stop, and what must always hold is looked at. Repeat a run with its seed.
 */
import { required } from '@homeport/base'
import { type Random, seededRandom, silentLogger } from '@homeport/runtime'
import { createFakeClock, type FakeClock, flushMicrotasks } from '@homeport/testkit'
import { TaskStatus } from '@homeport/wire/types'
import { describe, expect, it } from 'vitest'
import { assignment, taskId } from '../testing/assignments.ts'
import { type FakeCall, FakeRuntime } from '../testing/fake-runtime.ts'
import { MemoryJournal } from '../testing/memory-journal.ts'
import type { TaskAssignment } from './assignment.ts'
import { RuntimeError } from './container-runtime.ts'
import type { Report } from './ports.ts'
import { startTaskEngine, type TaskEngine } from './task-engine.ts'

const RUN_COUNT = 50
const STEP_COUNT = 120
const CALLS: readonly FakeCall[] = ['create', 'start', 'inspect', 'stop', 'remove', 'list']

class Run {
  readonly clock: FakeClock = createFakeClock()
  readonly runtime: FakeRuntime = new FakeRuntime(() => this.clock.now())
  readonly tasks = new Map<string, TaskAssignment>()
  readonly reports: Report[] = []
  readonly #random: Random
  #journal = new MemoryJournal()
  #engine: TaskEngine
  #revision = 0
  #isDown = false

  constructor(seed: number) {
    this.#random = seededRandom(seed)
    this.#engine = this.#start()
  }

  async step(): Promise<void> {
    const actions: (() => Promise<void> | void)[] = [
      () => this.#addTask(),
      () => this.#addTask(),
      () => this.#stopTask(),
      () => this.#exitContainer(),
      () => this.#failCall(),
      () => this.#toggleRuntime(),
      () => this.#die(),
      () => this.#engine.acknowledge(this.reports.at(-1)?.sequence ?? 0),
      () => this.clock.advance(this.#random.next() * 20_000),
    ]
    await this.#pick(actions)?.()
    if (this.#random.next() < 0.5) await flushMicrotasks()
  }

  /** The trouble is over, and everything is to stop. */
  async finish(): Promise<void> {
    if (this.#isDown) await this.#toggleRuntime()
    for (const task of this.tasks.values()) this.tasks.set(task.taskId, { ...task, desiredStatus: 'STOPPED' })
    await this.#tell([...this.tasks.values()])
    await this.clock.advance(300_000)
    await this.#engine.stop()
  }

  #start(): TaskEngine {
    const ports = {
      clock: this.clock,
      runtime: this.runtime,
      journal: this.#journal,
      random: this.#random,
      logger: silentLogger,
      metrics: { started() {}, pulled() {}, unknownStopped() {} },
    }
    const engine = startTaskEngine(
      {
        installationId: 'test',
        stopTimeoutSeconds: 30,
        cleanupWaitMs: 60_000,
        pull: { behavior: 'default', timeoutMs: 60_000, inactivityTimeoutMs: 10_000 },
        start: { createTimeoutMs: 20_000, startTimeoutMs: 30_000 },
      },
      ports,
      this.#journal.saved,
    )
    this.reports.push(...engine.pendingReports())
    engine.onReport((report) => this.reports.push(report))
    return engine
  }

  async #die(): Promise<void> {
    const dead = this.#engine
    // What the dead agent still does reaches nobody's disk.
    this.#journal = this.#journal.copy()
    await dead.stop()
    this.#engine = this.#start()
  }

  #addTask(): Promise<void> {
    const containers = [{ name: 'app' }, { name: 'side', essential: this.#random.next() < 0.5 }]
    const count = this.#random.next() < 0.5 ? 1 : 2
    const task = assignment(this.tasks.size + 1, { containers: containers.slice(0, count) })
    this.tasks.set(task.taskId, task)
    return this.#tell([task])
  }

  async #stopTask(): Promise<void> {
    const task = this.#pick([...this.tasks.values()])
    if (task === undefined) return
    this.tasks.set(task.taskId, { ...task, desiredStatus: 'STOPPED' })
    await this.#tell([required(this.tasks.get(task.taskId), 'task')])
  }

  /** Changes, or everything: the gateway sends both. */
  async #tell(changed: readonly TaskAssignment[]): Promise<void> {
    this.#revision += 1
    const isComplete = this.#random.next() < 0.3
    const said = isComplete ? [...this.tasks.values()] : changed
    await this.#engine.assign(this.#revision, said, isComplete)
  }

  #exitContainer(): void {
    const running = this.runtime.containers().filter((line) => line.endsWith(' running'))
    const name = this.#pick(running)?.split(' ')[0]
    if (name !== undefined) this.runtime.exit(name, { exitCode: Math.floor(this.#random.next() * 256) })
  }

  #failCall(): void {
    const code = this.#random.next() < 0.8 ? 'unavailable' : 'refused'
    const call = this.#pick(CALLS)
    const isFinal = call === 'create' || call === 'start'
    if (call !== undefined)
      this.runtime.failNext(call, new RuntimeError(isFinal ? code : 'unavailable', 'trouble'))
  }

  async #toggleRuntime(): Promise<void> {
    this.#isDown = !this.#isDown
    if (this.#isDown) this.runtime.goDown()
    else this.runtime.comeUp()
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.#random.next() * items.length)]
  }
}

describe('TaskEngine under random trouble', () => {
  const firstSeed = Number(process.hrtime.bigint() % 1_000_000n)
  it.each(Array.from({ length: RUN_COUNT }, (_, index) => firstSeed + index))(
    'ends with nothing lost, doubled or left behind (seed %i)',
    async (seed) => {
      const run = new Run(seed)
      for (let step = 0; step < STEP_COUNT; step += 1) await run.step()
      await run.finish()
      for (const { taskId: id } of run.tasks.values()) {
        const statuses = run.reports
          .filter((report) => report.taskId === id)
          .map(({ observed }) => observed.lastStatus)
        expect(statuses.at(-1), `last status of ${id}`).toBe(TaskStatus.STOPPED)
        expect(statuses).toEqual(statuses.toSorted((one, other) => one - other))
      }
      expect(run.runtime.containers()).toEqual([])
      const creations = run.runtime.started()
      expect(creations.length).toBe(new Set(creations).size)
      expect(run.tasks.has(taskId(1))).toBe(true)
    },
  )
})
