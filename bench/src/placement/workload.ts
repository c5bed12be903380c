/** The clusters and tasks that placement is measured with, the same in every run. */
import { required } from '@homeport/base'
import {
  type BoundTask,
  type PlaceableInstance,
  type PlacementRequest,
  type PlacementRules,
  parsePlacementRules,
  type Requirements,
} from '@homeport/domain'
import { type Random, seededRandom } from '@homeport/runtime'

/** A task before it is placed. */
export interface WantedTask extends PlacementRequest {
  readonly taskId: string
}

/** What is measured. */
export interface Workload {
  readonly instances: readonly PlaceableInstance[]
  /** Placed before the measurement. */
  readonly standing: readonly WantedTask[]
  /** Placed one after the other and measured. */
  readonly arriving: readonly WantedTask[]
  /** Whether a standing task goes for each that arrives. */
  readonly isChurning: boolean
}

const SEED = 6
const ZONES = 3
/** 155,000 tasks on 10,000 instances. */
const TASKS_PER_INSTANCE = 15.5
const TASKS_PER_SERVICE = 30
/** Enough to be contended: a host of the hard case has a quarter of them taken. */
const CONTENDED_PORTS = 32
const FIRST_PORT = 8000
/** At most; no more than stand, since for each one of them goes. */
const CHURN_COUNT_MAX = 40_000

const CPU_UNITS = [64, 128, 256, 512, 1024]
const MEMORY_MIB = [128, 256, 512, 1024, 2048, 4096]

/** Nothing of the index answers it: it counts tasks. */
const UNINDEXED = { type: 'memberOf', expression: 'runningTasksCount < 20' }
const PACK = { type: 'binpack', field: 'memory' }
const SPREAD_ZONES = { type: 'spread', field: 'attribute:ecs.availability-zone' }

/** What the strategies of a workload are. */
export type Strategies = readonly { readonly type: string; readonly field: string }[]

/** Packed by memory. */
export const PACKED: Strategies = [PACK]
/** Spread over zones, packed within. */
export const SPREAD: Strategies = [SPREAD_ZONES, PACK]

/** An empty cluster that is filled with equal rules for all. */
export function emptyWorkload(instanceCount: number, strategies: Strategies): Workload {
  const random = seededRandom(SEED)
  const rules = rulesOf([], strategies)
  const count = Math.round(instanceCount * TASKS_PER_INSTANCE)
  return {
    instances: makeInstances(instanceCount, [{ cpuUnits: 16_384, memoryMib: 65_536 }]),
    standing: [],
    arriving: makeTasks(count, (index) => ({ ...wanted(random, index, []), rules })),
    isChurning: false,
  }
}

/**
 * A cluster that is 75 to 100 % full of tasks that came at random, two kinds of hosts. For each task that goes
 * another comes: half want a contended port, a tenth has a constraint that no index answers, half spread first.
 */
export function hardWorkload(instanceCount: number): Workload {
  const random = seededRandom(SEED)
  const atRandom = rulesOf([], [{ type: 'random', field: '' }])
  const variants = [PACKED, SPREAD].map((strategies) => ({
    free: rulesOf([], strategies),
    constrained: rulesOf([UNINDEXED], strategies),
  }))
  const count = Math.round(instanceCount * TASKS_PER_INSTANCE)
  const contended = (index: number): WantedTask => {
    const port = FIRST_PORT + Math.floor(random.next() * CONTENDED_PORTS)
    const hostPorts = random.next() < 0.5 ? [{ port, protocol: 1 }] : []
    return { ...wanted(random, index, hostPorts), rules: atRandom }
  }
  return {
    instances: makeInstances(instanceCount, [
      { cpuUnits: 6144, memoryMib: 28_672 },
      { cpuUnits: 8192, memoryMib: 20_480 },
    ]),
    standing: makeTasks(count, contended),
    arriving: makeTasks(Math.min(count, CHURN_COUNT_MAX), (index) => {
      const { free, constrained } = pick(random, variants)
      return { ...contended(count + index), rules: random.next() < 0.1 ? constrained : free }
    }),
    isChurning: true,
  }
}

/** A task where it was placed. */
export const bound = (task: WantedTask, containerInstanceId: string): BoundTask => ({
  taskId: task.taskId,
  containerInstanceId,
  requirements: task.requirements,
  group: task.group,
  isRunning: true,
})

function makeInstances(
  count: number,
  kinds: readonly { readonly cpuUnits: number; readonly memoryMib: number }[],
): PlaceableInstance[] {
  return Array.from({ length: count }, (_, index) => ({
    instanceId: `instance-${index}`,
    externalId: `mi-${index}`,
    status: 'ACTIVE',
    agentConnected: true,
    agentVersion: '1.0.0',
    registeredAtMs: 0,
    resources: {
      ...required(kinds[index % kinds.length], 'a kind of instance'),
      reservedPorts: [22, 2375, 2376].map((port) => ({ port, protocol: 1 })),
      gpuIds: [],
    },
    attributes: [
      { name: 'ecs.availability-zone', value: `zone-${index % ZONES}` },
      { name: 'ecs.os-type', value: 'linux' },
    ],
  }))
}

const makeTasks = (count: number, make: (index: number) => WantedTask): WantedTask[] =>
  Array.from({ length: count }, (_, index) => make(index))

function wanted(
  random: Random,
  index: number,
  hostPorts: Requirements['hostPorts'],
): Omit<WantedTask, 'rules'> {
  const requirements: Requirements = {
    cpuUnits: pick(random, CPU_UNITS),
    memoryMib: pick(random, MEMORY_MIB),
    hostPorts,
    requiredAttributes: ['ecs.os-type'],
    gpuCount: 0,
  }
  return { taskId: `task-${index}`, group: `service:${Math.floor(index / TASKS_PER_SERVICE)}`, requirements }
}

const pick = <Item>(random: Random, items: readonly Item[]): Item =>
  required(items[Math.floor(random.next() * items.length)], 'an item to pick')

function rulesOf(
  constraints: readonly { readonly type: string; readonly expression: string }[],
  strategies: Strategies,
): PlacementRules {
  const parsed = parsePlacementRules(constraints, strategies)
  if (parsed.kind === 'invalid') throw new Error(`Cannot make workload: ${parsed.message}`)
  return parsed.rules
}
