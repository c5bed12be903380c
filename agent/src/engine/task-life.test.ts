/**
 * Goal: what the engine does for a task, step by step, and what the control plane is told.
 * Method: transcripts of the pure core. `Life` carries out no effect; a test says what came of each.
 */
import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import { TaskStatus } from '@homeport/wire/types'
import { describe, expect, it } from 'vitest'
import { assignment, type TaskInput } from '../testing/assignments.ts'
import type { ContainerFacts } from './container-runtime.ts'
import { observationOf } from './observation.ts'
import { foldOutcome, type Outcome } from './outcome.ts'
import { type Effect, planTask } from './plan-task.ts'
import { readTask } from './read-task.ts'
import { type HeldTask, initialState, settle } from './task-state.ts'

const CLEANUP_WAIT_MS = 1000
const STATUS_NAMES = Object.fromEntries(Object.entries(TaskStatus).map(([name, value]) => [value, name]))

class Life {
  #task: HeldTask
  readonly #inFlight = new Map<string, Effect['kind'] | 'waiting'>()
  nowMs = 1000

  constructor(input: TaskInput) {
    const task = assignment(1, input)
    const blueprint = readTask(task, { installationId: 'test', stopTimeoutSeconds: 30 })
    const read = 'unreadable' in blueprint ? { containers: [] } : blueprint
    this.#task = { assignment: task, blueprint: read, state: initialState(read) }
  }

  get observed() {
    return observationOf(this.#task)
  }

  get status(): string {
    const { lastStatus, containers, stopCode, stoppedReason } = this.observed
    const parts = containers.map(({ name, lastStatus: status, exitCode, reason }) =>
      [name, STATUS_NAMES[status], exitCode, reason]
        .filter((part) => part !== undefined && part !== '')
        .join(' '),
    )
    const end = [stopCode, stoppedReason].filter((part) => part !== '').join(': ')
    return `${[STATUS_NAMES[lastStatus], end].filter((part) => part !== '').join(' ')} | ${parts.join(' | ')}`
  }

  /** Settles, and gives the effects that begin. */
  step(): string[] {
    const state = settle(this.#task, new Set(this.#inFlight.keys()), this.nowMs)
    this.#task = { ...this.#task, state }
    const plan = planTask(this.#task, {
      inFlight: this.#inFlight,
      nowMs: this.nowMs,
      cleanupWaitMs: CLEANUP_WAIT_MS,
    })
    for (const effect of plan.effects) this.#inFlight.set(effect.container, effect.kind)
    return [
      ...plan.effects.map(({ kind, container }) => `${kind} ${container}`),
      ...plan.cancel.map((name) => `cancel ${name}`),
      ...(plan.againAtMs === undefined ? [] : [`again at ${plan.againAtMs}`]),
      ...(plan.isFinished ? ['finished'] : []),
    ]
  }

  /** An effect under way ends. */
  ends(container: string, outcome: Outcome): this {
    this.#inFlight.delete(container)
    return this.sees(container, outcome)
  }

  /** News arrives. */
  sees(container: string, outcome: Outcome): this {
    const state = foldOutcome(this.#task.state, container, { outcome, atMs: this.nowMs })
    this.#task = { ...this.#task, state }
    return this
  }

  stop(): this {
    this.#task = { ...this.#task, assignment: { ...this.#task.assignment, desiredStatus: 'STOPPED' } }
    return this
  }
}

const pulled: Outcome = { kind: 'pulled', imageDigest: '' }
const removed: Outcome = { kind: 'removed' }
const facts = (container: string, over: Partial<ContainerFacts>): Outcome => ({
  kind: 'observed',
  facts: {
    runtimeId: `id-${container}`,
    name: container,
    labels: {},
    status: 'running',
    exitCode: 0,
    isOutOfMemory: false,
    startedAtMs: 1500,
    finishedAtMs: 0,
    error: '',
    bindings: [],
    health: 'UNKNOWN',
    ...over,
  },
})
const running = (container: string): Outcome => facts(container, {})
const exited = (container: string, exitCode: number, over: Partial<ContainerFacts> = {}): Outcome =>
  facts(container, { status: 'exited', exitCode, finishedAtMs: 2000, ...over })
const failed = (reason: string, runtimeId = ''): Outcome => ({ kind: 'failed', reason, runtimeId })

const lifeOf = (...containers: ContainerDefinition[]): Life => new Life({ containers })

/** A task whose containers all run. */
function started(...containers: ContainerDefinition[]): Life {
  const life = lifeOf(...containers)
  for (const { name = '' } of containers) {
    life.step()
    life.ends(name, pulled)
  }
  for (const { name = '' } of containers) {
    life.step()
    life.ends(name, running(name))
  }
  expect(life.step()).toEqual([])
  expect(life.status).toMatch(/^RUNNING /)
  return life
}

describe('a task with one container', () => {
  it('is pulled, started, and runs until its container exits', () => {
    const life = lifeOf({ name: 'app' })
    expect(life.step()).toEqual(['pull app'])
    expect(life.step()).toEqual([])
    expect(life.ends('app', pulled).step()).toEqual(['start app'])
    expect(life.status).toBe('PENDING | app PENDING')
    expect(life.ends('app', running('app')).step()).toEqual([])
    expect(life.status).toBe('RUNNING | app RUNNING')
    life.nowMs = 2500
    expect(life.sees('app', exited('app', 3)).step()).toEqual(['again at 3500'])
    expect(life.status).toBe(
      'STOPPED EssentialContainerExited: Essential container in task exited | app STOPPED 3',
    )
    expect(life.observed).toMatchObject({ startedAtMs: 1000, executionStoppedAtMs: 2500, stoppedAtMs: 2500 })
    life.nowMs = 3500
    expect(life.step()).toEqual(['remove app'])
    expect(life.ends('app', removed).step()).toEqual(['finished'])
  })

  it('stops gracefully when told to, with no stop code of its own', () => {
    const life = started({ name: 'app' }).stop()
    expect(life.step()).toEqual(['stop app'])
    expect(life.status).toBe('STOPPING | app RUNNING')
    expect(life.ends('app', exited('app', 143)).step()).toEqual(['again at 2000'])
    expect(life.status).toBe('STOPPED | app STOPPED 143')
  })

  it('does nothing at all when it is told to stop before anything was done', () => {
    const life = lifeOf({ name: 'app' }).stop()
    expect(life.step()).toEqual(['finished'])
    expect(life.status).toBe('STOPPED | app STOPPED')
  })

  it('takes its pull back when it is told to stop meanwhile', () => {
    const life = lifeOf({ name: 'app' })
    life.step()
    expect(life.stop().step()).toEqual(['cancel app'])
    expect(life.ends('app', { kind: 'cancelled' }).step()).toEqual(['finished'])
    expect(life.status).toBe('STOPPED | app STOPPED')
  })

  it('stops a container that was being started when it was told to stop', () => {
    const life = lifeOf({ name: 'app' })
    life.step()
    life.ends('app', pulled).step()
    expect(life.stop().step()).toEqual(['cancel app'])
    expect(life.ends('app', running('app')).step()).toEqual(['stop app'])
  })

  it('fails to start when its image cannot be had', () => {
    const life = lifeOf({ name: 'app' })
    life.step()
    expect(life.ends('app', failed('CannotPullContainerError: no')).step()).toEqual(['finished'])
    expect(life.status).toBe(
      'STOPPED TaskFailedToStart: Task failed to start | app STOPPED CannotPullContainerError: no',
    )
    expect(life.observed).toMatchObject({ startedAtMs: 0, executionStoppedAtMs: 0 })
  })

  it('leaves nothing behind when it cannot be started', () => {
    const life = lifeOf({ name: 'app' })
    life.step()
    life.ends('app', pulled).step()
    expect(life.ends('app', failed('CannotStartContainerError: no', 'id-app')).step()).toEqual([
      'remove app',
      'again at 2000',
    ])
    expect(life.ends('app', removed).step()).toEqual(['finished'])
  })

  it('is refused without a pull when it asks for what is not honoured', () => {
    const life = lifeOf({ name: 'app', secrets: [{ name: 'A', valueFrom: 'b' }] })
    expect(life.step()).toEqual(['finished'])
    expect(life.status).toContain(
      'app STOPPED CannotCreateContainerError: not supported by this agent: secrets',
    )
  })

  it('names the lack of memory', () => {
    const life = started({ name: 'app' })
    life.sees('app', exited('app', 137, { isOutOfMemory: true })).step()
    expect(life.status).toContain('app STOPPED 137 OutOfMemoryError: Container killed due to memory usage')
  })

  it('ends when somebody else removes its container', () => {
    const life = started({ name: 'app' })
    expect(life.sees('app', { kind: 'gone' }).step()).toEqual(['finished'])
    expect(life.status).toContain('app STOPPED CannotInspectContainerError: No such container: id-app')
  })

  it('has run when its container has exited by the time it is looked at', () => {
    const life = lifeOf({ name: 'app' })
    life.step()
    life.ends('app', pulled).step()
    life.ends('app', exited('app', 0)).step()
    expect(life.status).toBe(
      'STOPPED EssentialContainerExited: Essential container in task exited | app STOPPED 0',
    )
    expect(life.observed.startedAtMs).toBe(1000)
  })

  it('never runs again what has ended, whatever is seen later', () => {
    const life = started({ name: 'app' })
    life.sees('app', exited('app', 1)).step()
    const before = life.status
    expect(life.sees('app', running('app')).sees('app', pulled).sees('app', exited('app', 9)).step()).toEqual(
      ['again at 2000'],
    )
    expect(life.status).toBe(before)
  })

  it('starts what a killed agent had created, and removes it when it is to stop', () => {
    const found = (): Life => lifeOf({ name: 'app' }).sees('app', facts('app', { status: 'created' }))
    expect(found().step()).toEqual(['start app'])
    const life = found().stop()
    expect(life.step()).toEqual(['remove app'])
    expect(life.ends('app', removed).step()).toEqual(['finished'])
  })

  it('makes a container again that was lost before it was started', () => {
    const life = lifeOf({ name: 'app' }).sees('app', facts('app', { status: 'created' }))
    expect(life.sees('app', { kind: 'gone' }).step()).toEqual(['start app'])
  })

  it('reports health', () => {
    const life = started({ name: 'app', healthCheck: { command: ['CMD', 'true'] } })
    const healths = (['UNKNOWN', 'HEALTHY', 'UNHEALTHY'] as const).map((health) => {
      life.sees('app', facts('app', { health })).step()
      return [life.observed.healthStatus, life.observed.containers[0]?.healthStatus]
    })
    expect(healths).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
  })
})

describe('a task with several containers', () => {
  it('pulls side by side and starts in order', () => {
    const life = lifeOf({ name: 'one' }, { name: 'two' })
    expect(life.step()).toEqual(['pull one', 'pull two'])
    expect(life.ends('two', pulled).step()).toEqual([])
    expect(life.ends('one', pulled).step()).toEqual(['start one'])
    expect(life.ends('one', running('one')).step()).toEqual(['start two'])
    expect(life.status).toBe('PENDING | one RUNNING | two PENDING')
  })

  it('stops the others when an essential one exits', () => {
    const life = started({ name: 'one' }, { name: 'two' })
    expect(life.sees('one', exited('one', 1)).step()).toEqual(['stop two'])
    expect(life.status).toBe(
      'STOPPING EssentialContainerExited: Essential container in task exited | one STOPPED 1 | two RUNNING',
    )
    expect(life.ends('two', exited('two', 143)).step()).toEqual(['again at 2000'])
  })

  it('goes on when one exits that is not essential', () => {
    const life = started({ name: 'one' }, { name: 'two', essential: false })
    expect(life.sees('two', exited('two', 1)).step()).toEqual([])
    expect(life.status).toBe('RUNNING | one RUNNING | two STOPPED 1')
  })

  it('goes on when one cannot be started that is not essential', () => {
    const life = lifeOf({ name: 'side', essential: false }, { name: 'main' })
    life.step()
    expect(life.ends('side', failed('CannotPullContainerError: no')).ends('main', pulled).step()).toEqual([
      'start main',
    ])
    life.ends('main', running('main')).step()
    expect(life.status).toBe('RUNNING | side STOPPED CannotPullContainerError: no | main RUNNING')
  })

  it('stops those that run when another one cannot be started', () => {
    const life = lifeOf({ name: 'one' }, { name: 'two' })
    life.step()
    life.ends('one', pulled).ends('two', pulled).step()
    life.ends('one', running('one')).step()
    expect(life.ends('two', failed('CannotStartContainerError: no', 'id-two')).step()).toEqual([
      'stop one',
      'remove two',
    ])
  })

  it('stops all of them at once when told to', () => {
    expect(started({ name: 'one' }, { name: 'two' }).stop().step()).toEqual(['stop one', 'stop two'])
  })
})

describe('dependencies', () => {
  const dependent = (condition: 'START' | 'COMPLETE' | 'SUCCESS' | 'HEALTHY'): Life => {
    const life = lifeOf(
      { name: 'app', dependsOn: [{ containerName: 'init', condition }] },
      { name: 'init', essential: false, healthCheck: { command: ['CMD', 'true'] } },
    )
    life.step()
    expect(life.ends('app', pulled).ends('init', pulled).step()).toEqual(['start init'])
    return life
  }

  it('START waits for the other one to be started', () => {
    expect(dependent('START').ends('init', running('init')).step()).toEqual(['start app'])
  })

  it('COMPLETE waits for the other one to end', () => {
    const life = dependent('COMPLETE').ends('init', running('init'))
    expect(life.step()).toEqual([])
    expect(life.sees('init', exited('init', 1)).step()).toEqual(['start app'])
  })

  it('SUCCESS waits for the other one to end well, and fails when it does not', () => {
    const well = dependent('SUCCESS').ends('init', running('init'))
    expect(well.sees('init', exited('init', 0)).step()).toEqual(['start app'])
    const badly = dependent('SUCCESS').ends('init', exited('init', 1))
    badly.step()
    expect(badly.status).toContain(
      'STOPPED TaskFailedToStart: Task failed to start | app STOPPED CannotStartContainerError: dependency SUCCESS of container init cannot be met',
    )
  })

  it('HEALTHY waits for the health check, and fails when the other one ends', () => {
    const life = dependent('HEALTHY').ends('init', running('init'))
    expect(life.step()).toEqual([])
    expect(life.sees('init', facts('init', { health: 'HEALTHY' })).step()).toEqual(['start app'])
    const ended = dependent('HEALTHY').ends('init', exited('init', 0))
    ended.step()
    expect(ended.status).toContain('dependency HEALTHY of container init cannot be met')
  })

  it('are stopped after what depends on them', () => {
    const life = dependent('START').ends('init', running('init'))
    life.step()
    expect(life.ends('app', running('app')).stop().step()).toEqual(['stop app'])
    expect(life.ends('app', exited('app', 0)).step()).toEqual(['stop init'])
  })
})
