/**
 * Goal: the engine carries out what the pure core plans, through limits, failures and restarts.
 * Method: a runtime in memory, time in the test's hand, and a journal that outlives the engine. "Killing" the
 * agent is leaving an engine behind, stopped, and starting another one over the same journal and runtime.
 */
import { seededRandom, silentLogger } from '@homeport/runtime'
import { createFakeClock, type FakeClock, flushMicrotasks } from '@homeport/testkit'
import { TaskStatus } from '@homeport/wire/types'
import { describe, expect, it, onTestFinished } from 'vitest'
import { assignment, taskId } from '../testing/assignments.ts'
import { FakeRuntime } from '../testing/fake-runtime.ts'
import { MemoryJournal } from '../testing/memory-journal.ts'
import type { TaskAssignment } from './assignment.ts'
import { RuntimeError } from './container-runtime.ts'
import { engineName } from './labels.ts'
import type { Report } from './ports.ts'
import { startTaskEngine, type TaskEngine } from './task-engine.ts'

const CLEANUP_WAIT_MS = 60_000
const unavailable = (): RuntimeError => new RuntimeError('unavailable', 'connection reset')

interface World {
  readonly clock: FakeClock
  readonly runtime: FakeRuntime
  readonly journal: MemoryJournal
  readonly engine: TaskEngine
  readonly reports: Report[]
  readonly unknownStopped: { count: number }
}

async function start(over: Partial<Pick<World, 'clock' | 'runtime' | 'journal'>> = {}): Promise<World> {
  const clock = over.clock ?? createFakeClock()
  const runtime = over.runtime ?? new FakeRuntime(() => clock.now())
  const journal = over.journal ?? new MemoryJournal()
  const unknownStopped = { count: 0 }
  const engine = startTaskEngine(
    {
      installationId: 'test',
      stopTimeoutSeconds: 30,
      cleanupWaitMs: CLEANUP_WAIT_MS,
      pull: { behavior: 'default', timeoutMs: 60_000, inactivityTimeoutMs: 10_000 },
      start: { createTimeoutMs: 20_000, startTimeoutMs: 30_000 },
    },
    {
      clock,
      runtime,
      journal,
      random: seededRandom(1),
      logger: silentLogger,
      metrics: {
        started() {},
        pulled() {},
        unknownStopped() {
          unknownStopped.count += 1
        },
      },
    },
    journal.saved,
  )
  onTestFinished(() => engine.stop())
  const reports: Report[] = []
  engine.onReport((report) => reports.push(report))
  await flushMicrotasks()
  return { clock, runtime, journal, engine, reports, unknownStopped }
}

/** Ends the agent without a word, and starts another one. */
async function restart(world: World): Promise<World> {
  await world.engine.stop()
  return start(world)
}

const app = (number: number, over: Partial<TaskAssignment> = {}): TaskAssignment =>
  assignment(number, { containers: [{ name: 'app' }] }, over)
const nameOf = (task: TaskAssignment, container = 'app'): string => engineName(task, container)
const stopped = (task: TaskAssignment): TaskAssignment => ({ ...task, desiredStatus: 'STOPPED' })

async function assign(world: World, revision: number, ...tasks: TaskAssignment[]): Promise<void> {
  await world.engine.assign(revision, tasks, false)
  await flushMicrotasks()
}

async function snapshot(world: World, revision: number, ...tasks: TaskAssignment[]): Promise<void> {
  await world.engine.assign(revision, tasks, true)
  await flushMicrotasks()
}

const statuses = (world: World, task: TaskAssignment): number[] =>
  world.reports.filter(({ taskId: id }) => id === task.taskId).map(({ observed }) => observed.lastStatus)

describe('TaskEngine', () => {
  it('runs a task, and reports it once it is on disk', async () => {
    const world = await start()
    const disk = Promise.withResolvers<void>()
    await assign(world, 5, app(1))
    expect(world.runtime.containers()).toEqual([`${nameOf(app(1))} running`])
    world.journal.stall = disk.promise
    world.runtime.exit(nameOf(app(1)), { exitCode: 0 })
    await flushMicrotasks()
    expect(statuses(world, app(1))).toEqual([TaskStatus.RUNNING])
    disk.resolve()
    await flushMicrotasks()
    expect(statuses(world, app(1))).toEqual([TaskStatus.RUNNING, TaskStatus.STOPPED])
    expect(world.reports.map(({ sequence }) => sequence)).toEqual([1, 2])
  })

  it('does nothing for a task before its assignment is on disk', async () => {
    const world = await start()
    const disk = Promise.withResolvers<void>()
    world.journal.stall = disk.promise
    const assigned = world.engine.assign(1, [app(1)], false)
    await flushMicrotasks()
    expect(world.runtime.calls).toEqual([])
    disk.resolve()
    await assigned
    await flushMicrotasks()
    expect(world.runtime.containers()).toHaveLength(1)
  })

  it('starts at most four containers at a time, and the rest in turn', async () => {
    const world = await start()
    const release = world.runtime.hold('start')
    await assign(world, 1, ...Array.from({ length: 10 }, (_, index) => app(index)))
    expect(world.runtime.startsInFlight).toBe(4)
    release()
    await flushMicrotasks()
    await flushMicrotasks()
    expect(world.runtime.startsInFlightMax).toBe(4)
    expect(world.runtime.containers().filter((line) => line.endsWith('running'))).toHaveLength(10)
  })

  it('takes a queued start back when its task is to stop', async () => {
    const world = await start()
    const release = world.runtime.hold('start')
    const tasks = Array.from({ length: 5 }, (_, index) => app(index))
    await assign(world, 1, ...tasks)
    await assign(world, 2, stopped(app(4)))
    expect(statuses(world, app(4)).at(-1)).toBe(TaskStatus.STOPPED)
    release()
    await flushMicrotasks()
    expect(world.runtime.calls.filter((call) => call === `create ${nameOf(app(4))}`)).toEqual([])
  })

  it('takes the same assignment any number of times as one, and never back from STOPPED', async () => {
    const world = await start()
    await assign(world, 1, app(1))
    await assign(world, 2, app(1))
    await assign(world, 3, stopped(app(1)))
    await assign(world, 4, app(1), stopped(app(1)))
    expect(world.runtime.calls).toEqual([
      `create ${nameOf(app(1))}`,
      `start ${nameOf(app(1))}`,
      `stop ${nameOf(app(1))} 30`,
    ])
    expect(statuses(world, app(1))).toEqual([TaskStatus.RUNNING, TaskStatus.STOPPING, TaskStatus.STOPPED])
  })

  it('removes containers only when the wait is over, and forgets the task later still', async () => {
    const world = await start()
    await assign(world, 1, app(1))
    await assign(world, 2, stopped(app(1)))
    await world.clock.advance(CLEANUP_WAIT_MS - 1)
    expect(world.runtime.containers()).toHaveLength(1)
    await world.clock.advance(1)
    expect(world.runtime.containers()).toEqual([])
    world.engine.acknowledge(3)
    expect(world.journal.tasks.size).toBe(1)
    await world.clock.advance(10 * 60_000)
    expect(world.journal.tasks.size).toBe(0)
  })

  it('does not forget a task whose end was not acknowledged', async () => {
    const world = await start()
    await assign(world, 1, app(1))
    await assign(world, 2, stopped(app(1)))
    await world.clock.advance(24 * 3_600_000)
    expect(world.engine.heldTaskIds()).toEqual([taskId(1)])
    world.engine.acknowledge(3)
    expect(world.engine.heldTaskIds()).toEqual([])
    expect(world.journal.tasks.size).toBe(0)
  })

  it('gives the newest report of each task for sending again, by number, until acknowledged', async () => {
    const world = await start()
    await assign(world, 1, app(1), app(2))
    await assign(world, 2, stopped(app(1)))
    const pending = () =>
      world.engine.pendingReports().map(({ sequence, taskId: id }) => [sequence, Number(id)])
    expect(pending()).toEqual([
      [2, 2],
      [4, 1],
    ])
    world.engine.acknowledge(2)
    expect(pending()).toEqual([[4, 1]])
    world.engine.acknowledge(1)
    world.engine.acknowledge(4)
    expect(pending()).toEqual([])
  })

  it('names a start that takes too long as ECS does, and leaves nothing behind', async () => {
    const world = await start()
    world.runtime.hold('start')
    await assign(world, 1, app(1))
    await world.clock.advance(30_000)
    expect(world.reports.at(-1)?.observed.containers[0]?.reason).toBe(
      'DockerTimeoutError: Could not transition to started; timed out after waiting 30s',
    )
    expect(world.runtime.containers()).toEqual([])
  })

  it('says that a host port is taken in the words of the engine', async () => {
    const world = await start()
    const text = 'Error response from daemon: driver failed programming external connectivity'
    world.runtime.failNext('start', new RuntimeError('refused', text))
    await assign(world, 1, app(1))
    expect(world.reports.at(-1)?.observed).toMatchObject({
      lastStatus: TaskStatus.STOPPED,
      stopCode: 'TaskFailedToStart',
      containers: [{ reason: `CannotStartContainerError: ${text}` }],
    })
    expect(world.runtime.containers()).toEqual([])
  })
})

describe('TaskEngine when the runtime cannot be reached', () => {
  it('tries again, and what was made the first time is not made twice', async () => {
    const world = await start()
    world.runtime.failNext('start', unavailable(), unavailable())
    await assign(world, 1, app(1))
    expect(world.runtime.containers()).toEqual([`${nameOf(app(1))} created`])
    await world.clock.advance(1000)
    expect(world.runtime.containers()).toEqual([`${nameOf(app(1))} running`])
    expect(statuses(world, app(1))).toEqual([TaskStatus.RUNNING])
  })

  it('finds out what happened meanwhile once it is back', async () => {
    const world = await start()
    await assign(world, 1, app(1), app(2))
    world.runtime.goDown()
    expect(world.engine.unhealthyReason()).toBe('the container runtime cannot be reached')
    world.runtime.exit(nameOf(app(1)), { exitCode: 7 })
    await world.clock.advance(5000)
    expect(statuses(world, app(1))).toEqual([TaskStatus.RUNNING])
    world.runtime.comeUp()
    await flushMicrotasks()
    expect(world.reports.at(-1)).toMatchObject({
      taskId: taskId(1),
      observed: { lastStatus: TaskStatus.STOPPED, containers: [{ exitCode: 7 }] },
    })
    expect(statuses(world, app(2))).toEqual([TaskStatus.RUNNING])
    expect(world.engine.unhealthyReason()).toBeUndefined()
  })

  it('looks again when the look after an event fails', async () => {
    const world = await start()
    await assign(world, 1, app(1))
    world.runtime.failNext('inspect', unavailable())
    world.runtime.exit(nameOf(app(1)), { exitCode: 2 })
    await flushMicrotasks()
    expect(statuses(world, app(1))).toEqual([TaskStatus.RUNNING])
    await world.clock.advance(1000)
    expect(statuses(world, app(1))).toEqual([TaskStatus.RUNNING, TaskStatus.STOPPED])
  })

  it('stops a task whose effect rests as soon as it is told to', async () => {
    const world = await start()
    world.runtime.failNext('start', ...Array.from({ length: 8 }, unavailable))
    await assign(world, 1, app(1))
    await assign(world, 2, stopped(app(1)))
    expect(world.runtime.containers()).toEqual([])
    expect(statuses(world, app(1)).at(-1)).toBe(TaskStatus.STOPPED)
  })

  it('stops what came to run although its start seemed to fail', async () => {
    const world = await start()
    await assign(world, 1, app(1))
    world.runtime.failNext('inspect', unavailable())
    await assign(world, 2, app(2))
    expect(world.runtime.containers()).toContain(`${nameOf(app(2))} running`)
    await assign(world, 3, stopped(app(2)))
    expect(world.runtime.calls.at(-1)).toBe(`stop ${nameOf(app(2))} 30`)
    expect(statuses(world, app(2)).at(-1)).toBe(TaskStatus.STOPPED)
  })
})

describe('TaskEngine after its agent was killed', () => {
  it('adopts what runs, with no report and no call that changes anything', async () => {
    const before = await start()
    await assign(before, 7, app(1))
    before.engine.acknowledge(1)
    const callCount = before.runtime.calls.length
    const world = await restart(before)
    expect(world.runtime.calls.slice(callCount)).toEqual([])
    expect(world.engine.pendingReports()).toEqual([])
    expect(world.engine.assignmentRevision).toBe(7)
    expect(world.engine.heldTaskIds()).toEqual([taskId(1)])
    await assign(world, 8, stopped(app(1)))
    expect(statuses(world, app(1))).toEqual([TaskStatus.STOPPING, TaskStatus.STOPPED])
    expect(world.reports[0]?.sequence).toBe(2)
  })

  it('learns the exit code of what ended while it was away', async () => {
    const before = await start()
    await assign(before, 1, app(1))
    await before.engine.stop()
    before.runtime.exit(nameOf(app(1)), { exitCode: 42 })
    const world = await start(before)
    expect(world.reports.at(-1)?.observed.containers[0]?.exitCode).toBe(42)
  })

  it('goes on with a start that it had begun, without a second container', async () => {
    const before = await start()
    const release = before.runtime.hold('start')
    await assign(before, 1, app(1))
    expect(before.runtime.containers()).toEqual([`${nameOf(app(1))} created`])
    await before.engine.stop()
    release()
    await flushMicrotasks()
    const world = await start(before)
    await flushMicrotasks()
    expect(world.runtime.containers()).toEqual([`${nameOf(app(1))} running`])
    expect(statuses(world, app(1))).toEqual([TaskStatus.RUNNING])
  })

  it('sends again what was not acknowledged', async () => {
    const before = await start()
    await assign(before, 1, app(1), app(2))
    before.engine.acknowledge(1)
    const world = await restart(before)
    expect(world.engine.pendingReports()).toMatchObject([
      { sequence: 2, taskId: taskId(2), observed: { lastStatus: TaskStatus.RUNNING } },
    ])
  })

  it('does nothing before the runtime has been reached', async () => {
    const before = await start()
    await before.engine.stop()
    before.runtime.goDown()
    const world = await start(before)
    await assign(world, 1, app(1))
    expect(world.runtime.calls).toEqual([])
    world.runtime.comeUp()
    await flushMicrotasks()
    expect(world.runtime.containers()).toEqual([`${nameOf(app(1))} running`])
  })
})

describe('TaskEngine and what the control plane does not know', () => {
  /** An agent that lost its data folder, with the containers of two tasks still there. */
  async function withoutMemory(): Promise<World> {
    const before = await start()
    await assign(before, 1, app(1), app(2))
    await before.engine.stop()
    return start({ clock: before.clock, runtime: before.runtime })
  }

  it('leaves unknown containers alone until the complete list is there', async () => {
    const world = await withoutMemory()
    await assign(world, 2, app(3))
    await world.clock.advance(120_000)
    expect(world.runtime.containers()).toHaveLength(3)
  })

  it('adopts those that the complete list names and stops the others', async () => {
    const world = await withoutMemory()
    await snapshot(world, 2, app(1))
    expect(world.runtime.containers()).toEqual([`${nameOf(app(1))} running`])
    expect(world.runtime.calls.slice(-2)).toEqual([`stop ${nameOf(app(2))} 30`, `remove ${nameOf(app(2))}`])
    expect(statuses(world, app(1))).toEqual([TaskStatus.RUNNING])
    expect(world.unknownStopped.count).toBe(1)
  })

  it('stops a container gracefully whose task the complete list names as STOPPED', async () => {
    const world = await withoutMemory()
    await snapshot(world, 2, stopped(app(1)), app(2))
    expect(world.runtime.calls).toContain(`stop ${nameOf(app(1))} 30`)
    expect(world.reports.find(({ taskId: id }) => id === taskId(1))).toBeDefined()
  })

  it('stops a held task that the complete list does not name', async () => {
    const world = await start()
    await snapshot(world, 1, app(1), app(2))
    await snapshot(world, 2, app(2))
    expect(statuses(world, app(1))).toEqual([TaskStatus.RUNNING, TaskStatus.STOPPING, TaskStatus.STOPPED])
    expect(statuses(world, app(2))).toEqual([TaskStatus.RUNNING])
  })

  it('ignores what a complete list leaves out when it is older than what was acted on', async () => {
    const world = await start()
    await snapshot(world, 9, app(1))
    await snapshot(world, 8, app(2))
    expect(statuses(world, app(1))).toEqual([TaskStatus.RUNNING])
    expect(statuses(world, app(2))).toEqual([TaskStatus.RUNNING])
    expect(world.engine.assignmentRevision).toBe(9)
  })

  it('does not run a task again that an old list still names', async () => {
    const world = await start()
    await assign(world, 1, app(1))
    world.runtime.exit(nameOf(app(1)), { exitCode: 0 })
    await flushMicrotasks()
    world.engine.acknowledge(2)
    await world.clock.advance(CLEANUP_WAIT_MS)
    await snapshot(world, 2, app(1))
    expect(world.runtime.calls.filter((call) => call.startsWith('start'))).toHaveLength(1)
  })
})
