import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Requirements, remainingResources } from '../instance/resources.ts'
import { PlacementPool } from './placement-pool.ts'
import type { BoundTask, PlaceableInstance } from './request.ts'
import { type PlacementRules, parsePlacementRules } from './rules.ts'

const first = { next: () => 0 }

const needs = (fields: Partial<Requirements> = {}): Requirements => ({
  cpuUnits: 100,
  memoryMib: 100,
  hostPorts: [],
  requiredAttributes: [],
  gpuCount: 0,
  ...fields,
})

const instance = (instanceId: string, fields: Partial<PlaceableInstance> = {}): PlaceableInstance => ({
  instanceId,
  externalId: `mi-${instanceId}`,
  status: 'ACTIVE',
  agentConnected: true,
  agentVersion: '1.0.0',
  registeredAtMs: 0,
  resources: { cpuUnits: 1000, memoryMib: 1000, reservedPorts: [], gpuIds: [] },
  attributes: [],
  ...fields,
})

const inZone = (zone: string) => ({ attributes: [{ name: 'ecs.availability-zone', value: zone }] })

const rulesOf = (
  strategies: { type: string; field: string }[] = [],
  constraints: { type: string; expression: string }[] = [],
): PlacementRules => {
  const parsed = parsePlacementRules(constraints, strategies)
  if (parsed.kind === 'invalid') throw new Error(parsed.message)
  return parsed.rules
}

const task = (taskId: string, containerInstanceId: string, fields: Partial<BoundTask> = {}): BoundTask => ({
  taskId,
  containerInstanceId,
  requirements: needs(),
  group: 'service:web',
  isRunning: true,
  ...fields,
})

/** Places `count` tasks one after the other and binds each. */
function fill(pool: PlacementPool, count: number, rules: PlacementRules): string[] {
  const chosen: string[] = []
  for (let index = 0; index < count; index++) {
    const placement = pool.place({ requirements: needs(), group: 'service:web', rules }, first)
    if (placement.kind === 'refused') break
    pool.bind(task(`filled-${index}`, placement.instanceId))
    chosen.push(placement.instanceId)
  }
  return chosen
}

describe('PlacementPool.place', () => {
  test.each([
    ['RESOURCE:CPU', {}, needs({ cpuUnits: 1001 })],
    ['RESOURCE:MEMORY', {}, needs({ memoryMib: 1001 })],
    ['RESOURCE:GPU', {}, needs({ gpuCount: 1 })],
    ['ATTRIBUTE', {}, needs({ requiredAttributes: ['gpu'] })],
    ['AGENT', { agentConnected: false }, needs()],
    ['INACTIVE', { status: 'DRAINING' }, needs()],
    [
      'RESOURCE:PORTS',
      {
        resources: {
          cpuUnits: 9999,
          memoryMib: 9999,
          gpuIds: [],
          reservedPorts: [{ port: 22, protocol: 1 }],
        },
      },
      needs({ hostPorts: [{ port: 22, protocol: 1 }] }),
    ],
  ] as [string, Partial<PlaceableInstance>, Requirements][])(
    'PlacementPool.place counts %s when that is why an instance refuses',
    (reason, fields, requirements) => {
      const pool = new PlacementPool()
      pool.putInstance(instance('a', fields))
      const placement = pool.place({ requirements, group: 'g', rules: rulesOf() }, first)
      expect(placement.kind === 'refused' && placement.refusals.summary()).toBe(
        `1 container instance: 1 ${reason}`,
      )
      expect(placement.kind === 'refused' && placement.refusals.closest).toEqual({ instanceId: 'a', reason })
    },
  )

  test('PlacementPool.place names the instance that passed most filters when several refuse', () => {
    const pool = new PlacementPool()
    pool.putInstance(instance('a', { agentConnected: false }))
    pool.putInstance(instance('b'))
    pool.putInstance(instance('c', { status: 'DRAINING' }))
    const placement = pool.place(
      { requirements: needs({ memoryMib: 5000 }), group: 'g', rules: rulesOf() },
      first,
    )
    expect(placement.kind === 'refused' && placement.refusals.closest).toEqual({
      instanceId: 'b',
      reason: 'RESOURCE:MEMORY',
    })
    expect(placement.kind === 'refused' && placement.refusals.summary()).toBe(
      '3 container instances: 1 INACTIVE, 1 AGENT, 1 RESOURCE:MEMORY',
    )
  })

  test('PlacementPool.place says that there are no instances when all are deregistered', () => {
    const pool = new PlacementPool()
    pool.putInstance(instance('a', { status: 'INACTIVE' }))
    const placement = pool.place({ requirements: needs(), group: 'g', rules: rulesOf() }, first)
    expect(placement.kind === 'refused' && placement.refusals.summary()).toBe(
      'No Container Instances were found in your cluster.',
    )
  })

  test('PlacementPool.place spreads over zones and then instances when no strategy is given', () => {
    const pool = new PlacementPool()
    for (const [id, zone] of ['a:1', 'b:1', 'c:1', 'd:2'].map(
      (text) => text.split(':') as [string, string],
    )) {
      pool.putInstance(instance(id, inZone(zone)))
    }
    expect(fill(pool, 6, rulesOf())).toEqual(['a', 'd', 'b', 'd', 'c', 'd'])
  })

  test('PlacementPool.place fills one instance first when it packs by memory', () => {
    const pool = new PlacementPool()
    pool.putInstance(instance('roomy'))
    pool.putInstance(instance('full'))
    pool.bind(task('t', 'full', { requirements: needs({ memoryMib: 750 }) }))
    expect(fill(pool, 4, rulesOf([{ type: 'binpack', field: 'memory' }]))).toEqual([
      'full',
      'full',
      'roomy',
      'roomy',
    ])
  })

  test('PlacementPool.place draws among all that fit when the strategy is random', () => {
    const pool = new PlacementPool()
    for (const id of ['a', 'b', 'c']) pool.putInstance(instance(id))
    pool.bind(task('t', 'c'))
    const request = {
      requirements: needs(),
      group: 'service:web',
      rules: rulesOf([{ type: 'random', field: '' }]),
    }
    expect(pool.place(request, { next: () => 0.99 })).toMatchObject({ instanceId: 'c' })
  })

  test('PlacementPool.place keeps a group apart when instances must be distinct', () => {
    const pool = new PlacementPool()
    pool.putInstance(instance('a'))
    pool.putInstance(instance('b'))
    const rules = rulesOf([], [{ type: 'distinctInstance', expression: '' }])
    expect(fill(pool, 3, rules)).toEqual(['a', 'b'])
    const placement = pool.place({ requirements: needs(), group: 'service:web', rules }, first)
    expect(placement.kind === 'refused' && placement.refusals.closest?.reason).toBe(
      'DistinctInstance placement constraint unsatisfied.',
    )
    expect(pool.place({ requirements: needs(), group: 'service:other', rules }, first).kind).toBe('placed')
  })

  test('PlacementPool.place keeps to memberOf when only some instances are members', () => {
    const pool = new PlacementPool()
    pool.putInstance(instance('a', inZone('1')))
    pool.putInstance(instance('b', inZone('2')))
    const expression = 'attribute:ecs.availability-zone == 2 and not(task:group == service:db)'
    const request = {
      requirements: needs(),
      group: 'g',
      rules: rulesOf([], [{ type: 'memberOf', expression }]),
    }
    expect(pool.place(request, first)).toEqual({ kind: 'placed', instanceId: 'b', availabilityZone: '2' })
    pool.bind(task('t', 'b', { group: 'service:db' }))
    const placement = pool.place(request, first)
    expect(
      placement.kind === 'refused' &&
        placement.refusals.counts.get('MemberOf placement constraint unsatisfied.'),
    ).toBe(2)
  })
})

describe('PlacementPool.placeOn', () => {
  test('PlacementPool.placeOn tells missing, inactive and full instances apart when one is named', () => {
    const pool = new PlacementPool()
    pool.putInstance(instance('a'))
    pool.putInstance(instance('gone', { status: 'INACTIVE' }))
    const on = (id: string, requirements = needs()) =>
      pool.placeOn(id, { requirements, group: 'g', rules: rulesOf() })
    expect(on('nowhere')).toEqual({ kind: 'unfit', reason: 'MISSING' })
    expect(on('gone')).toEqual({ kind: 'unfit', reason: 'INACTIVE' })
    expect(on('a', needs({ cpuUnits: 2000 }))).toEqual({ kind: 'unfit', reason: 'RESOURCE:CPU' })
    expect(on('a')).toEqual({ kind: 'placed', instanceId: 'a', availabilityZone: '' })
  })
})

test('PlacementPool binds a task once when it is fed twice, and keeps what arrives before its instance', () => {
  const pool = new PlacementPool()
  pool.bind(task('t', 'a', { requirements: needs({ cpuUnits: 600 }) }))
  pool.bind(task('t', 'a', { requirements: needs({ cpuUnits: 600 }) }))
  pool.putInstance(instance('a'))
  const wants = (cpuUnits: number) =>
    pool.place({ requirements: needs({ cpuUnits }), group: 'g', rules: rulesOf() }, first).kind
  expect([wants(400), wants(401)]).toEqual(['placed', 'refused'])
  expect([pool.release('t'), pool.release('t')]).toEqual([true, false])
  expect(wants(1000)).toBe('placed')
  pool.removeInstance('a')
  expect(wants(1)).toBe('refused')
})

test.each([
  [[], [{ type: 'binpack', field: 'disk' }], "Invalid placement strategy type 'binpack' with field 'disk'."],
  [[], [{ type: 'spread', field: 'zone' }], "Invalid placement strategy type 'spread' with field 'zone'."],
  [[{ type: 'near', expression: '' }], [], "Invalid placement constraint type 'near'."],
  [[{ type: 'memberOf', expression: 'x' }], [], "Invalid expression 'x'"],
] as [{ type: string; expression: string }[], { type: string; field: string }[], string][])(
  'parsePlacementRules explains itself when given %j and %j',
  (constraints, strategies, message) => {
    const parsed = parsePlacementRules(constraints, strategies)
    expect(parsed.kind === 'invalid' && parsed.message).toContain(message)
  },
)

/**
 * Goal: whatever comes and goes, the pool never gives more than an instance has, refuses only when no instance
 * could take the task, and chooses what the strategies mean.
 * Method: random histories; after each step a slow oracle recomputes everything from the lists of tasks.
 */
describe('PlacementPool against an oracle', () => {
  interface Held {
    readonly bound: BoundTask
  }
  const sizes = fc.constantFrom(0, 200, 500, 900)
  const requirements = fc.record({
    cpuUnits: sizes,
    memoryMib: sizes,
    hostPorts: fc.constantFrom([], [{ port: 80, protocol: 1 }]),
    requiredAttributes: fc.constant([] as string[]),
    gpuCount: fc.constant(0),
  })
  const instances = ['a:1', 'b:1', 'c:2'].map((text) => {
    const [id = '', zone = ''] = text.split(':')
    return instance(id, inZone(zone))
  })

  const fitsByDefinition = (target: PlaceableInstance, held: Held[], wanted: Requirements): boolean => {
    const mine = held.filter(({ bound }) => bound.containerInstanceId === target.instanceId)
    const left = remainingResources(
      target.resources,
      mine.map(({ bound }) => bound.requirements),
    )
    const portFree = wanted.hostPorts.every(
      ({ port }) => !left.takenPorts.some((taken) => taken.port === port),
    )
    return (
      (wanted.cpuUnits === 0 || left.cpuUnits >= wanted.cpuUnits) &&
      (wanted.memoryMib === 0 || left.memoryMib >= wanted.memoryMib) &&
      portFree
    )
  }

  /** Tasks of the group in the zone of an instance, and on the instance: what the default order minimises. */
  const crowd = (target: PlaceableInstance, held: Held[], group: string): [number, number] => {
    const zone = (id: string): string =>
      instances.find(({ instanceId }) => instanceId === id)?.attributes[0]?.value ?? ''
    const mine = held
      .filter(({ bound }) => bound.group === group)
      .map(({ bound }) => bound.containerInstanceId)
    return [
      mine.filter((id) => zone(id) === zone(target.instanceId)).length,
      mine.filter((id) => id === target.instanceId).length,
    ]
  }

  test('PlacementPool agrees with the oracle when tasks are placed and released at random', () => {
    const steps = fc.array(
      fc.record({
        releases: fc.boolean(),
        index: fc.nat(),
        requirements,
        group: fc.constantFrom('service:a', 'service:b'),
        chance: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      }),
      { maxLength: 25 },
    )
    fc.assert(
      fc.property(steps, (moves) => {
        const pool = new PlacementPool()
        for (const each of instances) pool.putInstance(each)
        const held: Held[] = []
        for (const [number, move] of moves.entries()) {
          if (move.releases && held.length > 0) {
            const [gone] = held.splice(move.index % held.length, 1)
            pool.release(gone!.bound.taskId)
            continue
          }
          const request = { requirements: move.requirements, group: move.group, rules: rulesOf() }
          const placement = pool.place(request, { next: () => move.chance })
          const fitting = instances.filter((each) => fitsByDefinition(each, held, move.requirements))
          expect(placement.kind).toBe(fitting.length > 0 ? 'placed' : 'refused')
          if (placement.kind === 'refused') continue
          const crowds = fitting
            .map((each) => crowd(each, held, move.group))
            .toSorted((left, right) => left[0] - right[0] || left[1] - right[1])
          const chosen = fitting.find(({ instanceId }) => instanceId === placement.instanceId)
          expect(chosen).toBeDefined()
          expect(crowd(chosen!, held, move.group)).toEqual(crowds[0])
          const bound = task(`task-${number}`, placement.instanceId, move)
          pool.bind(bound)
          held.push({ bound })
        }
      }),
    )
  })
})
