/**
 * Goal: a service gets where it should by safe steps, from anywhere, and says what it does.
 * Method: one small world (tasks, agents that obey, a capacity) applies the plans. Transcripts walk it through
 * scenarios and write down every effect; random histories check what must hold after every single step.
 * Rewrite the transcripts with `npx vitest run --project unit packages/domain -u` and review the difference.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ContactHold } from '../instance/host-contact.ts'
import { Refusals } from '../placement/refusals.ts'
import { taskStatusOrder } from '../task/task-status.ts'
import {
  isPlacementEvent,
  isPlacementEventDue,
  type PlacementEvent,
  startedEvent,
  unplaceableEvent,
} from './event-texts.ts'
import { EndedTasks, STABLE_AFTER_MS } from './failures.ts'
import { pickTasksToStop } from './pick-tasks.ts'
import type { ServiceEffect, ServicePlan, StopTask, UpdateDeployment } from './plan.ts'
import { planService } from './plan-service.ts'
import type { DesiredService, ServiceDeploymentState, ServiceTask, TaskHost } from './service-state.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Any time but zero, which means "never" in many fields. Transcripts show times relative to it. */
const START_MS = 1_000_000

const INCARNATION = 'incarnation-1'

class World {
  nowMs = START_MS
  readonly service: Mutable<DesiredService> = {
    name: 'web',
    status: 'ACTIVE',
    incarnationId: INCARNATION,
    strategy: 'replica',
    desiredCount: 0,
    primaryDeploymentId: 'd1',
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    circuitBreaker: 'off',
  }
  tasks: Mutable<ServiceTask>[] = []
  readonly deployments: Mutable<ServiceDeploymentState>[] = []
  readonly events: { message: string; createdAtMs: number }[] = []
  /** Instances that are not just ACTIVE and connected. */
  readonly hosts = new Map<string, TaskHost>()
  hold: ContactHold | undefined
  /** Whether new tasks must pass health checks before they count. */
  hasHealthChecks = false
  instanceCount = 2
  slotsPerInstance = Number.POSITIVE_INFINITY
  /** When the planner asked to be called again. */
  wakeAtMs: number | undefined
  #taskCount = 0

  constructor() {
    this.deploy('d1')
  }

  deploy(deploymentId: string, rollbackOf = ''): void {
    this.service.primaryDeploymentId = deploymentId
    this.deployments.push({
      deploymentId,
      rollbackOf,
      createdAtMs: this.nowMs,
      status: 'PENDING',
      consecutiveFailedCount: 0,
      retryAfterMs: 0,
      ended: new EndedTasks(),
    })
  }

  plan(chance: number): ServicePlan {
    for (const task of this.tasks) task.host = this.hosts.get(task.containerInstanceId) ?? 'sound'
    const observed = {
      tasks: this.tasks,
      hold: this.hold,
      daemonInstanceIds: this.service.strategy === 'daemon' ? this.openInstances() : [],
      deployments: this.deployments,
      newestEvent: this.events.at(-1)?.message ?? '',
    }
    return planService({ ...this.service }, observed, { nowMs: this.nowMs, random: { next: () => chance } })
  }

  /** Applies a plan and says what became of each effect. */
  apply(plan: ServicePlan): string[] {
    this.wakeAtMs = undefined
    return plan.flatMap((effect) => this.#applyEffect(effect))
  }

  /** The agent has the task up. */
  run(task: Mutable<ServiceTask>): void {
    if (task.lastStatus === 'RUNNING') return
    task.lastStatus = 'RUNNING'
    task.startedAtMs = this.nowMs
  }

  /** The task is STOPPED: told to, or by itself. */
  end(task: Mutable<ServiceTask>): void {
    this.tasks = this.tasks.filter((other) => other !== task)
    this.deployments
      .find(({ deploymentId }) => deploymentId === task.deploymentId)
      ?.ended.add({
        ...task,
        endedAtMs: this.nowMs,
        wasToldToStop: task.isToldToStop,
        wasUnhealthy: task.health === 'bad',
      })
  }

  /** What agents within reach do: they stop what they are told to, and run the rest. */
  obey(): void {
    const isReached = ({ containerInstanceId }: ServiceTask): boolean => {
      const host = this.hosts.get(containerInstanceId) ?? 'sound'
      return host !== 'lost' && host !== 'held'
    }
    for (const task of this.tasks.filter(isReached)) {
      if (task.isToldToStop) this.end(task)
      else this.run(task)
    }
  }

  #applyEffect(effect: ServiceEffect): string[] {
    switch (effect.kind) {
      case 'start':
        return this.#start(effect)
      case 'stop':
        return this.#stop(effect)
      case 'update-deployment':
        return this.#updateDeployment(effect)
      case 'roll-back': {
        const deploymentId = `${effect.toDeploymentId}-again`
        this.deploy(deploymentId, effect.failedDeploymentId)
        return [`roll-back as ${deploymentId}: ${effect.statusReason}`]
      }
      case 'set-desired-count':
        this.service.desiredCount = effect.desiredCount
        return [`set-desired-count ${effect.desiredCount}`]
      case 'deactivate':
        this.service.status = 'INACTIVE'
        return ['deactivate']
      case 'event':
        return this.#say(effect.message)
      case 'wait':
        this.wakeAtMs = Math.min(effect.untilMs, this.wakeAtMs ?? effect.untilMs)
        return [`wait until ${effect.untilMs - START_MS}ms (${effect.reason})`]
    }
  }

  #stop({ taskId, cause, stoppedReason }: StopTask): string[] {
    const task = this.tasks.find((each) => each.taskId === taskId)
    if (task !== undefined) task.isToldToStop = true
    return [`stop ${taskId} (${cause}): ${stoppedReason}`]
  }

  #updateDeployment({ kind, deploymentId, statusReason, ...row }: UpdateDeployment): string[] {
    const deployment = this.deployments.find((each) => each.deploymentId === deploymentId)
    if (deployment !== undefined) Object.assign(deployment, row)
    const retry = row.retryAfterMs === 0 ? '' : ` retry-after=${row.retryAfterMs - START_MS}ms`
    return [
      `${kind} ${deploymentId} ${row.status} failed=${row.consecutiveFailedCount}${retry} ${statusReason}`.trim(),
    ]
  }

  /** Instances that may be given tasks. */
  openInstances(): string[] {
    const ids = Array.from({ length: this.instanceCount }, (_, index) => `i${index + 1}`)
    return ids.filter((id) => !this.hosts.has(id))
  }

  #start({
    deploymentId,
    count,
    because,
    onInstanceIds,
  }: Extract<ServiceEffect, { kind: 'start' }>): string[] {
    const started: string[] = []
    for (let index = 0; index < count; index++) {
      const containerInstanceId = onInstanceIds?.[index] ?? this.#roomiestInstance()
      if (containerInstanceId === undefined) break
      const taskId = `t${++this.#taskCount}`
      started.push(taskId)
      this.tasks.push({
        taskId,
        deploymentId,
        containerInstanceId,
        incarnationId: INCARNATION,
        isToldToStop: false,
        lastStatus: 'PENDING',
        health: this.hasHealthChecks ? 'awaited' : 'good',
        host: 'sound',
        createdAtMs: this.nowMs,
        startedAtMs: 0,
        executionStoppedAtMs: 0,
        protectedUntilMs: 0,
      })
    }
    const lines = [`start ${count} of ${deploymentId}: ${started.length} placed`]
    if (started.length > 0 && because !== '') lines.push(...this.#say(because))
    if (started.length > 0) lines.push(...this.#say(startedEvent('web', started)))
    if (started.length < count) lines.push(...this.#sayUnplaceable())
    return lines
  }

  #roomiestInstance(): string | undefined {
    const counts = Array.from({ length: this.instanceCount }, (_, index) => {
      const id = `i${index + 1}`
      return { id, count: this.tasks.filter(({ containerInstanceId }) => containerInstanceId === id).length }
    }).filter(({ id }) => !this.hosts.has(id))
    const [best] = counts.toSorted((left, right) => left.count - right.count)
    return best !== undefined && best.count < this.slotsPerInstance ? best.id : undefined
  }

  #sayUnplaceable(): string[] {
    const refusals = new Refusals()
    for (let index = 1; index <= this.instanceCount; index++) {
      refusals.add({ instanceId: `i${index}`, reason: 'RESOURCE:MEMORY' })
    }
    const message = unplaceableEvent('web', refusals)
    const last: PlacementEvent | undefined = this.events.findLast((event) => isPlacementEvent(event.message))
    return isPlacementEventDue(last, message, this.nowMs)
      ? this.#say(message)
      : ['(the same could be said again)']
  }

  #say(message: string): string[] {
    this.events.push({ message, createdAtMs: this.nowMs })
    return [`event ${message}`]
  }
}

/** A world under commands, one a line. */
class Transcript {
  readonly #world = new World()

  /** Carries out a command 100 ms after the last, and then whatever the planner wants, until it wants nothing more. */
  execute(line: string): string {
    const [command = '', ...words] = line.split(/\s+/)
    this.#world.nowMs += 100
    this.#carryOut(command, words)
    const trace: string[] = []
    for (let pass = 1; pass <= 10; pass++) {
      const lines = this.#world.apply(this.#world.plan(0.999_999_9))
      if (lines.join() === trace.slice(-lines.length).join() || lines.length === 0) break
      trace.push(...lines)
    }
    return [...trace, this.#summary()].join('\n')
  }

  #carryOut(command: string, words: string[]): void {
    const world = this.#world
    const settings = Object.fromEntries(words.map((word) => word.split('=')))
    const each = (affectTask: (task: Mutable<ServiceTask>) => void) => (): void =>
      this.#named(words).forEach(affectTask)
    const commands: Record<string, () => void> = {
      service: () => {
        world.service.desiredCount = Number(settings['desired'] ?? world.service.desiredCount)
        world.service.minimumHealthyPercent = Number(
          settings['minimum'] ?? world.service.minimumHealthyPercent,
        )
        world.service.maximumPercent = Number(settings['maximum'] ?? world.service.maximumPercent)
        world.service.circuitBreaker = (settings['circuit-breaker'] ??
          world.service.circuitBreaker) as DesiredService['circuitBreaker']
      },
      deploy: () => words.forEach((word) => world.deploy(word)),
      delete: () => {
        world.service.status = 'DRAINING'
      },
      instances: () => {
        world.instanceCount = Number(settings['count'] ?? world.instanceCount)
        world.slotsPerInstance = Number(settings['slots'] ?? world.slotsPerInstance)
      },
      advance: () => {
        world.nowMs += Number(words[0])
      },
      run: each((task) => world.run(task)),
      end: each((task) => world.end(task)),
      obey: () => world.obey(),
      daemon: () => {
        world.service.strategy = 'daemon'
      },
      'health-checks': () => {
        world.hasHealthChecks = true
      },
      healthy: each((task) => {
        task.health = 'good'
      }),
      hosts: () => {
        for (const [id = '', host] of Object.entries(settings)) {
          if (host === 'sound') world.hosts.delete(id)
          else world.hosts.set(id, host as TaskHost)
        }
        const isHeld = [...world.hosts.values()].includes('held')
        world.hold = isHeld ? { reason: 'storm', untilMs: world.nowMs + 300_000 } : undefined
      },
      unhealthy: each((task) => {
        task.health = 'bad'
      }),
      protect: each((task) => {
        task.protectedUntilMs = world.nowMs + 60_000
      }),
      'user-stops': each((task) => {
        task.isToldToStop = true
      }),
    }
    const carryOut = commands[command]
    if (carryOut === undefined) throw new Error(`Cannot run transcript: unknown command, received ${command}`)
    carryOut()
  }

  #named(words: string[]): Mutable<ServiceTask>[] {
    return words.map((word) => {
      const task = this.#world.tasks.find(({ taskId }) => taskId === word)
      if (task === undefined) throw new Error(`Cannot run transcript: no such task, received ${word}`)
      return task
    })
  }

  #summary(): string {
    const tasks = this.#world.tasks.map(
      ({ taskId, deploymentId, containerInstanceId, lastStatus, isToldToStop }) => {
        const host = this.#world.hosts.get(containerInstanceId)
        const place = host === undefined ? containerInstanceId : `${containerInstanceId}[${host}]`
        return `${taskId}/${deploymentId}@${place}:${lastStatus}${isToldToStop ? '(stopping)' : ''}`
      },
    )
    return `= ${this.#world.nowMs - START_MS}ms ${this.#world.service.status} ${tasks.join(' ') || 'no tasks'}`
  }
}

/** Comments and blank lines stay; each command is followed by `----`, its trace and a blank line. */
function rerun(text: string): string {
  const transcript = new Transcript()
  const lines: string[] = []
  for (const block of text.trim().split(/\n\n+/)) {
    const [head = ''] = block.split('\n----')
    const command = head.split('\n').findLast((line) => !line.startsWith('#'))
    lines.push(
      command === undefined || command === '' ? head : `${head}\n----\n${transcript.execute(command)}`,
    )
  }
  return `${lines.join('\n\n')}\n`
}

const transcripts = (
  import.meta as unknown as {
    glob(pattern: string, options: object): Record<string, string>
  }
).glob('./transcripts/*.transcript.txt', { query: '?raw', import: 'default', eager: true })

test.each(Object.entries(transcripts))(
  'planService does what %s says when it is walked through',
  async (path, text) => {
    await expect(rerun(text)).toMatchFileSnapshot(path)
  },
)

const lowerBound = ({ desiredCount, minimumHealthyPercent }: DesiredService): number =>
  Math.ceil((desiredCount * minimumHealthyPercent) / 100)
const upperBound = ({ desiredCount, maximumPercent }: DesiredService): number =>
  Math.floor((desiredCount * maximumPercent) / 100)
/** Serving: RUNNING, healthy, on a host that answers. */
const healthyCount = ({ tasks }: World): number =>
  tasks.filter(
    ({ lastStatus, isToldToStop, health, host }) =>
      lastStatus === 'RUNNING' && !isToldToStop && health === 'good' && host !== 'lost' && host !== 'held',
  ).length
const countedCount = ({ tasks }: World): number =>
  tasks.filter(
    ({ lastStatus, host }) => host !== 'lost' && taskStatusOrder(lastStatus) <= taskStatusOrder('RUNNING'),
  ).length

/** One step of the planner, checked against what must hold whatever happened before. */
function checkedStep(world: World, chance: number): void {
  const { service, nowMs } = world
  const before = {
    healthy: healthyCount(world),
    counted: countedCount(world),
    tasks: world.tasks.map((task) => ({ ...task })),
  }
  const plan = world.plan(chance)
  world.apply(plan)
  const isActive = service.status === 'ACTIVE'
  const startCount = plan
    .filter(({ kind }) => kind === 'start')
    .reduce((sum, effect) => sum + (effect as { count: number }).count, 0)
  const stopped = plan
    .filter((effect) => effect.kind === 'stop')
    .map(({ taskId }) => before.tasks.find((task) => task.taskId === taskId)!)
  expect({
    keepsMinimum: !isActive || healthyCount(world) >= Math.min(lowerBound(service), before.healthy),
    keepsMaximum: startCount === 0 || before.counted + startCount <= upperBound(service),
    neverStopsTwice: stopped.every((task) => !task.isToldToStop),
    leavesProtectedAlone:
      !isActive ||
      stopped.every(
        (task) => task.health !== 'good' || task.lastStatus !== 'RUNNING' || task.protectedUntilMs <= nowMs,
      ),
    startsOnlyPrimary: plan.every(
      (effect) => effect.kind !== 'start' || effect.deploymentId === service.primaryDeploymentId,
    ),
    respectsBackOff:
      startCount === 0 ||
      world.deployments.every(
        ({ deploymentId, retryAfterMs }) =>
          deploymentId !== service.primaryDeploymentId || retryAfterMs <= nowMs,
      ),
    neverExceedsDesired:
      world.tasks.filter(
        (task) =>
          task.deploymentId === service.primaryDeploymentId &&
          !task.isToldToStop &&
          task.health !== 'bad' &&
          task.host !== 'lost' &&
          task.host !== 'draining',
      ).length <= Math.max(service.desiredCount, before.tasks.length),
  }).toEqual({
    keepsMinimum: true,
    keepsMaximum: true,
    neverStopsTwice: true,
    leavesProtectedAlone: true,
    startsOnlyPrimary: true,
    respectsBackOff: true,
    neverExceedsDesired: true,
  })
}

/** One step of a daemon: no instance gets a second task, and a deployment keeps the minimum of those that served. */
function daemonStep(world: World): void {
  const isOn = ({ containerInstanceId }: ServiceTask): boolean =>
    world.openInstances().includes(containerInstanceId)
  const servingCount = (): number =>
    world.tasks.filter(
      (task) => isOn(task) && !task.isToldToStop && task.lastStatus === 'RUNNING' && task.health === 'good',
    ).length
  const before = servingCount()
  world.apply(world.plan(0.5))
  const { minimumHealthyPercent } = world.service
  const lower = Math.ceil((world.openInstances().length * minimumHealthyPercent) / 100)
  expect(servingCount()).toBeGreaterThanOrEqual(Math.min(before, lower))
  const counted = world.tasks.filter((task) => taskStatusOrder(task.lastStatus) <= taskStatusOrder('RUNNING'))
  expect(new Set(counted.map(({ containerInstanceId }) => containerInstanceId)).size).toBe(counted.length)
}

type Happening =
  | { kind: 'advance'; ms: number }
  | { kind: 'desired'; count: number }
  | { kind: 'deploy' }
  | { kind: 'crash-loop' }
  | { kind: 'host'; id: string; host: TaskHost }
  | {
      kind: 'each'
      what: 'crash' | 'protect' | 'run' | 'stopping' | 'told-ends' | 'unhealthy' | 'user-stops'
      share: number
    }

const happenings: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(1, 500, 5_000, 20_000, 400_000) }),
  fc.record({ kind: fc.constant('desired' as const), count: fc.integer({ min: 0, max: 8 }) }),
  fc.record({ kind: fc.constant('deploy' as const) }),
  fc.record({ kind: fc.constant('crash-loop' as const) }),
  fc.record({
    kind: fc.constant('host' as const),
    id: fc.constantFrom('i1', 'i2'),
    host: fc.constantFrom('sound', 'lost', 'held', 'draining'),
  }),
  fc.record({
    kind: fc.constant('each' as const),
    what: fc.constantFrom(
      'run',
      'run',
      'told-ends',
      'crash',
      'stopping',
      'unhealthy',
      'user-stops',
      'protect',
    ),
    share: fc.constantFrom(1, 2, 3),
  }),
)

/** Enough rounds of failures for starts to be held back. */
const CRASHES_UNTIL_BACK_OFF = 5

function happen(world: World, happening: Happening): void {
  if (happening.kind === 'advance') world.nowMs += happening.ms
  else if (happening.kind === 'desired') world.service.desiredCount = happening.count
  else if (happening.kind === 'deploy') world.deploy(`d${world.deployments.length + 1}`)
  else if (happening.kind === 'host') putHost(world, happening)
  else if (happening.kind === 'crash-loop') {
    for (let round = 0; round < CRASHES_UNTIL_BACK_OFF; round++) {
      world.nowMs += 10
      for (const task of world.tasks) world.end(task)
      checkedStep(world, 0.5)
    }
  } else {
    for (const [index, task] of [...world.tasks].entries()) {
      if (index % happening.share === 0) affect(world, task, happening.what)
    }
  }
}

function putHost(world: World, { id, host }: Extract<Happening, { kind: 'host' }>): void {
  if (host === 'sound') world.hosts.delete(id)
  else world.hosts.set(id, host)
  for (const task of world.tasks) task.host = world.hosts.get(task.containerInstanceId) ?? 'sound'
  const isHeld = [...world.hosts.values()].includes('held')
  world.hold = isHeld ? { reason: 'storm', untilMs: world.nowMs + 1000 } : undefined
}

function affect(
  world: World,
  task: Mutable<ServiceTask>,
  what: Extract<Happening, { kind: 'each' }>['what'],
): void {
  if (what === 'run' && taskStatusOrder(task.lastStatus) < taskStatusOrder('RUNNING')) world.run(task)
  else if (what === 'crash' || (what === 'told-ends' && task.isToldToStop)) world.end(task)
  else if (what === 'stopping' && task.isToldToStop) task.lastStatus = 'STOPPING'
  else if (what === 'unhealthy' && task.lastStatus === 'RUNNING') task.health = 'bad'
  else if (what === 'user-stops') task.isToldToStop = true
  else if (what === 'protect') task.protectedUntilMs = world.nowMs + 60_000
}

describe('planService of tasks that crash as soon as they run', () => {
  /** Two tasks that run for 300 ms each, again and again. */
  const crashLoop = (world: World): void => {
    world.service.desiredCount = 2
    for (let round = 0; round < 12; round++) {
      for (let pass = 0; pass < 4; pass++) world.apply(world.plan(0.5))
      for (const task of world.tasks) world.run(task)
      for (let pass = 0; pass < 4; pass++) world.apply(world.plan(0.5))
      world.nowMs += 300
      for (const task of world.tasks) world.end(task)
      world.apply(world.plan(0.5))
      world.nowMs = Math.max(world.nowMs, world.wakeAtMs ?? 0)
    }
  }
  const isGood = (message: string): boolean => /steady state|completed/.test(message)

  test('planService says nothing of a steady state or completion when tasks have failed and none came up since', () => {
    const world = new World()
    world.service.desiredCount = 2
    world.apply(world.plan(0.5))
    for (const task of world.tasks) world.end(task)
    crashLoop(world)
    expect(world.events.map(({ message }) => message).filter(isGood)).toEqual([])
  })

  test('planService completes a deployment at once when its tasks run and none has failed', () => {
    const world = new World()
    world.service.desiredCount = 2
    world.apply(world.plan(0.5))
    for (const task of world.tasks) world.run(task)
    world.apply(world.plan(0.5))
    expect(world.deployments[0]?.status).toBe('SUCCESSFUL')
    expect(world.events.at(-1)?.message).toBe('(service web) has reached a steady state.')
  })

  test('planService completes a deployment after a failure when every task has run long enough', () => {
    const world = new World()
    world.service.desiredCount = 2
    world.apply(world.plan(0.5))
    world.end(world.tasks[0]!)
    world.apply(world.plan(0.5))
    for (const task of world.tasks) world.run(task)
    world.apply(world.plan(0.5))
    expect(world.deployments[0]?.status).toBe('IN_PROGRESS')
    expect(world.wakeAtMs).toBe(world.nowMs + STABLE_AFTER_MS)
    world.nowMs += STABLE_AFTER_MS
    world.apply(world.plan(0.5))
    expect(world.deployments[0]?.status).toBe('SUCCESSFUL')
    expect(world.events.at(-1)?.message).toBe('(service web) has reached a steady state.')
  })

  test('planService gives a deployment up when there is a circuit breaker, however often its tasks are RUNNING', () => {
    const world = new World()
    world.service.circuitBreaker = 'stop'
    crashLoop(world)
    expect(world.deployments[0]?.status).toBe('STOPPED')
    expect(world.events.map(({ message }) => message).filter(isGood)).toEqual([])
  })
})

describe('planService under random histories', () => {
  test('planService keeps every promise and converges when anything may happen', () => {
    const percents = fc.constantFrom([100, 200], [50, 100], [0, 100], [50, 150], [100, 150], [0, 200])
    const chances = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(
        percents,
        fc.array(fc.tuple(happenings, chances), { maxLength: 40 }),
        ([minimum, maximum], history) => {
          const world = new World()
          world.service.minimumHealthyPercent = minimum!
          world.service.maximumPercent = maximum!
          world.service.desiredCount = 4
          for (const [happening, chance] of history) {
            happen(world, happening)
            checkedStep(world, chance)
          }
          settle(world)
          const { primaryDeploymentId, desiredCount } = world.service
          expect(world.tasks.map((task) => `${task.deploymentId} ${task.lastStatus}`)).toEqual(
            Array.from({ length: desiredCount }, () => `${primaryDeploymentId} RUNNING`),
          )
          const last = world.deployments.map(({ deploymentId, status }) => ({ deploymentId, status }))
          expect(last.at(-1)).toEqual({ deploymentId: primaryDeploymentId, status: 'SUCCESSFUL' })
          expect(
            last.slice(0, -1).every(({ status }) => status === 'SUCCESSFUL' || status === 'STOPPED'),
          ).toBe(true)
          expect(world.events.at(-1)?.message).toBe('(service web) has reached a steady state.')
          expect(world.plan(0)).toEqual([])
        },
      ),
      { numRuns: 500 },
    )
  })

  test('planService ends every deployment one way or another when a circuit breaker is on', () => {
    const breakers = fc.constantFrom('rollback' as const, 'stop' as const)
    fc.assert(
      fc.property(breakers, fc.array(happenings, { maxLength: 40 }), (circuitBreaker, history) => {
        const world = new World()
        world.service.circuitBreaker = circuitBreaker
        world.service.desiredCount = 4
        for (const happening of history) {
          happen(world, happening)
          checkedStep(world, 0.5)
        }
        settle(world)
        const primary = world.deployments.find(
          ({ deploymentId }) => deploymentId === world.service.primaryDeploymentId,
        )
        expect(
          world.deployments.filter(({ status }) =>
            ['PENDING', 'IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'].includes(status),
          ),
        ).toEqual([])
        const isUp = healthyCount(world) === world.service.desiredCount
        expect(primary?.status).toBe(isUp && primary?.status !== 'STOPPED' ? 'SUCCESSFUL' : 'STOPPED')
        expect(world.plan(0)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('planService has one task of a daemon on every instance when all is over, and never two', () => {
    fc.assert(
      fc.property(
        // With two instances any more leaves no room, in ECS as here.
        fc.constantFrom(0, 50),
        fc.array(happenings, { maxLength: 40 }),
        (minimumHealthyPercent, history) => {
          const world = new World()
          Object.assign(world.service, { strategy: 'daemon', minimumHealthyPercent, maximumPercent: 100 })
          for (const happening of history) {
            if (happening.kind !== 'crash-loop') happen(world, happening)
            daemonStep(world)
          }
          for (const id of world.hosts.keys()) putHost(world, { kind: 'host', id, host: 'sound' })
          for (let round = 0; round < 30; round++) {
            daemonStep(world)
            world.obey()
            world.nowMs = Math.max(world.nowMs + 100, world.wakeAtMs ?? 0)
          }
          expect(
            world.tasks
              .map((task) => `${task.containerInstanceId} ${task.deploymentId} ${task.lastStatus}`)
              .toSorted(),
          ).toEqual(world.openInstances().map((id) => `${id} ${world.service.primaryDeploymentId} RUNNING`))
          expect(world.service.desiredCount).toBe(world.openInstances().length)
          expect(world.deployments.at(-1)?.status).toBe('SUCCESSFUL')
          expect(world.plan(0)).toEqual([])
        },
      ),
      { numRuns: 500 },
    )
  })

  test('planService stops everything and deactivates when the service is deleted at any moment', () => {
    fc.assert(
      fc.property(fc.array(happenings, { maxLength: 20 }), (history) => {
        const world = new World()
        world.service.desiredCount = 4
        world.service.circuitBreaker = 'rollback'
        for (const happening of history) {
          happen(world, happening)
          checkedStep(world, 0)
        }
        world.service.status = 'DRAINING'
        settle(world)
        expect(world.tasks).toEqual([])
        expect(world.service.status).toBe('INACTIVE')
        const unfinished = world.deployments.filter(({ status }) =>
          ['PENDING', 'IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'].includes(status),
        )
        expect(unfinished).toEqual([])
      }),
    )
  })
})

/** From now on everything works: hosts return, agents obey, nothing crashes, protections and back-offs run out. */
function settle(world: World): void {
  // A desired count of 1 leaves 50/100, 50/150 and 100/150 no room to move, in ECS as here.
  if (world.service.desiredCount === 1) world.service.desiredCount = 2
  for (const id of world.hosts.keys()) putHost(world, { kind: 'host', id, host: 'sound' })
  for (let round = 0; round < 60; round++) {
    checkedStep(world, 0.5)
    for (const task of world.tasks.filter(({ isToldToStop }) => isToldToStop)) world.end(task)
    for (const task of world.tasks) world.run(task)
    world.nowMs = Math.max(world.nowMs + 100, world.wakeAtMs ?? 0)
  }
}

describe('pickTasksToStop', () => {
  const tasksOf = fc.array(
    fc.record({
      containerInstanceId: fc.constantFrom('i1', 'i2', 'i3'),
      lastStatus: fc.constantFrom('PENDING' as const, 'RUNNING' as const),
      createdAtMs: fc.nat(3),
    }),
    { maxLength: 12 },
  )

  /** One task at a time, by looking at all pairs again. */
  function pickByDefinition(tasks: ServiceTask[], count: number): string[] {
    const left = [...tasks]
    const picked: string[] = []
    const crowd = (task: ServiceTask): number =>
      left.filter(
        (other) => other.lastStatus === 'RUNNING' && other.containerInstanceId === task.containerInstanceId,
      ).length
    const worse = (a: ServiceTask, b: ServiceTask): number => {
      if (a.lastStatus !== b.lastStatus) return a.lastStatus === 'PENDING' ? -1 : 1
      const crowding = a.lastStatus === 'PENDING' ? 0 : crowd(b) - crowd(a)
      return crowding || b.createdAtMs - a.createdAtMs || (a.taskId < b.taskId ? -1 : 1)
    }
    while (picked.length < count && left.length > 0) {
      const next = left.toSorted(worse)[0]!
      left.splice(left.indexOf(next), 1)
      picked.push(next.taskId)
    }
    return picked
  }

  test('pickTasksToStop agrees with its definition when tasks are anywhere', () => {
    fc.assert(
      fc.property(tasksOf, fc.nat(14), (parts, count) => {
        const tasks = parts.map(
          (part, index): ServiceTask => ({
            ...part,
            taskId: `t${index}`,
            deploymentId: 'd1',
            incarnationId: INCARNATION,
            isToldToStop: false,
            health: 'good',
            host: 'sound',
            startedAtMs: 0,
            executionStoppedAtMs: 0,
            protectedUntilMs: 0,
          }),
        )
        expect(pickTasksToStop(tasks, count).map(({ taskId }) => taskId)).toEqual(
          pickByDefinition(tasks, count),
        )
      }),
    )
  })
})
