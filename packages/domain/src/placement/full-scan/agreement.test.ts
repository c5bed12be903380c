/**
 * Goal: the indexed pool makes the very choices of the full scan, for every combination of filters and
 * strategies, whatever comes and goes.
 * Method: the same random history into both; each placement and each refusal is compared as a whole. Amounts,
 * attributes and ports are few, so that equals, clashes and full instances are common.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Placement } from '../placement.ts'
import { PlacementPool } from '../placement-pool.ts'
import type { BoundTask, PlaceableInstance } from '../request.ts'
import { parsePlacementRules } from '../rules.ts'
import { FullScanPool } from './full-scan-pool.ts'

interface Shape {
  readonly instanceIds: number
  readonly zones: number
}

const amounts = fc.constantFrom(0, 1, 50, 64, 100, 128, 1000, 5000)
const port = fc.record({ port: fc.integer({ min: 1, max: 3 }), protocol: fc.constantFrom(1, 2) })
const ports = fc.uniqueArray(port, { maxLength: 2, selector: (each) => `${each.port}/${each.protocol}` })
const group = fc.constantFrom('service:a', 'service:b', 'family:c')
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

const requirements = fc.record({
  cpuUnits: amounts,
  memoryMib: amounts,
  hostPorts: ports,
  requiredAttributes: fc.constantFrom<string[]>([], [], ['disk'], ['disk', 'rack']),
  gpuCount: fc.constantFrom(0, 0, 0, 1),
})

const instance = ({ instanceIds, zones }: Shape): fc.Arbitrary<PlaceableInstance> =>
  fc.record({
    instanceId: fc.integer({ min: 1, max: instanceIds }).map((number) => `instance-${number}`),
    externalId: fc.constant('mi-1'),
    status: fc.constantFrom('ACTIVE' as const, 'ACTIVE', 'ACTIVE', 'DRAINING', 'INACTIVE', 'REGISTERING'),
    agentConnected: fc.constantFrom(true, true, true, false),
    agentVersion: fc.constantFrom('1.0.0', '2.0.0'),
    registeredAtMs: fc.constant(0),
    resources: fc.record({
      cpuUnits: fc.constantFrom(500, 1000, 4096),
      memoryMib: fc.constantFrom(500, 1000, 65_536, 2 ** 25),
      reservedPorts: ports,
      gpuIds: fc.constantFrom<string[]>([], ['gpu-1']),
    }),
    attributes: fc
      .record({
        'ecs.availability-zone': fc.integer({ min: 0, max: zones }).map(String),
        rack: fc.constantFrom(undefined, '', 'r1', 'r2'),
        disk: fc.constantFrom(undefined, 'ssd'),
      })
      .map((values) =>
        Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }])),
      ),
  })

const strategy = fc.constantFrom(
  { type: 'binpack', field: 'memory' },
  { type: 'binpack', field: 'cpu' },
  { type: 'spread', field: 'instanceId' },
  { type: 'spread', field: 'attribute:ecs.availability-zone' },
  { type: 'spread', field: 'attribute:rack' },
  { type: 'spread', field: 'attribute:nobody-has-it' },
  { type: 'random', field: '' },
)

const constraint = fc.constantFrom(
  { type: 'distinctInstance', expression: '' },
  { type: 'memberOf', expression: 'attribute:rack == r1' },
  { type: 'memberOf', expression: 'not(attribute:disk exists) or attribute:rack =~ "r."' },
  { type: 'memberOf', expression: 'runningTasksCount < 2' },
  { type: 'memberOf', expression: 'not(task:group == service:a) and agentVersion > 1.5.0' },
)

const rules = fc
  .tuple(fc.array(constraint, { maxLength: 2 }), fc.array(strategy, { maxLength: 4 }))
  .map(([constraints, strategies]) => {
    const parsed = parsePlacementRules(constraints, strategies)
    if (parsed.kind === 'invalid') throw new Error(parsed.message)
    return parsed.rules
  })

const step = (shape: Shape) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('put' as const), instance: instance(shape) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('remove' as const),
        number: fc.integer({ min: 1, max: shape.instanceIds }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const), index: fc.nat() }) },
    {
      // A task that state shows on an instance, whatever that has left, known or not.
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('bind' as const),
        number: fc.integer({ min: 1, max: shape.instanceIds }),
        requirements,
        group,
        isRunning: fc.boolean(),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('place' as const),
        requirements,
        group,
        rules,
        chance,
        isRunning: fc.boolean(),
      }),
    },
  )

type Step = ReturnType<typeof step> extends fc.Arbitrary<infer Value> ? Value : never

/** Both pools, fed alike. */
class Pair {
  readonly #indexed = new PlacementPool()
  readonly #scanned = new FullScanPool()
  readonly #taskIds: string[] = []
  #bound = 0

  /** Makes one step. @returns what the two pools answered, when it was a placement. */
  follow(move: Step): readonly [unknown, unknown] | undefined {
    switch (move.kind) {
      case 'put':
        this.#both((pool) => pool.putInstance(move.instance))
        break
      case 'remove':
        this.#both((pool) => pool.removeInstance(`instance-${move.number}`))
        break
      case 'release': {
        const [taskId = 'unknown'] = this.#taskIds.splice(move.index % (this.#taskIds.length + 1), 1)
        this.#both((pool) => pool.release(taskId))
        break
      }
      case 'bind':
        this.#bind({ ...move, containerInstanceId: `instance-${move.number}` })
        break
      case 'place':
        return this.#place(move)
    }
    return undefined
  }

  #place(move: Extract<Step, { kind: 'place' }>): readonly [unknown, unknown] {
    const [indexed, scanned] = this.#both((pool) => {
      // Counted: pools that spend chances differently choose differently from the next placement on.
      let chances = 0
      const next = (): number => {
        chances++
        return move.chance
      }
      return {
        placement: pool.place(move, { next }),
        named: [1, 2].map((number) => pool.placeOn(`instance-${number}`, move)),
        taskCount: pool.taskCount,
        chances,
      }
    })
    const { placement } = indexed
    if (placement.kind === 'placed') this.#bind({ ...move, containerInstanceId: placement.instanceId })
    return [explained(indexed), explained(scanned)]
  }

  #bind(task: Omit<BoundTask, 'taskId'>): void {
    const taskId = `task-${this.#bound++}`
    this.#taskIds.push(taskId)
    this.#both((pool) => pool.bind({ ...task, taskId }))
  }

  #both<Answer>(ask: (pool: PlacementPool | FullScanPool) => Answer): [Answer, Answer] {
    return [ask(this.#indexed), ask(this.#scanned)]
  }
}

/** An answer with what its refusals say. */
function explained<Answer extends { placement: Placement }>({ placement, ...others }: Answer): unknown {
  if (placement.kind === 'placed') return { ...others, placement }
  const { refusals } = placement
  return {
    ...others,
    closest: refusals.closest,
    listed: refusals.listed,
    summary: refusals.summary(),
  }
}

/** What the two pools answer to the placements of a history. */
function answersTo(moves: readonly Step[]): { readonly indexed: unknown[]; readonly scanned: unknown[] } {
  const pair = new Pair()
  const answers = moves.map((move) => pair.follow(move)).filter((each) => each !== undefined)
  return { indexed: answers.map(([indexed]) => indexed), scanned: answers.map(([, scanned]) => scanned) }
}

describe('PlacementPool beside FullScanPool', () => {
  test.each([
    ['few instances are often full', { instanceIds: 4, zones: 2 }, 60],
    ['instances come and go by the dozen', { instanceIds: 40, zones: 3 }, 150],
    ['there are more zones than parts of an index', { instanceIds: 200, zones: 90 }, 300],
  ] as [string, Shape, number][])('PlacementPool chooses the same when %s', (_when, shape, length) => {
    fc.assert(
      fc.property(fc.array(step(shape), { maxLength: length, size: 'max' }), (moves) => {
        const { indexed, scanned } = answersTo(moves)
        expect(indexed).toEqual(scanned)
      }),
    )
  })

  test('PlacementPool chooses the same when many instances are equal', () => {
    const many = fc.record({
      instances: fc.array(instance({ instanceIds: 500, zones: 3 }), { minLength: 100, maxLength: 300 }),
      rules,
      requirements,
      chances: fc.array(chance, { minLength: 20, maxLength: 60 }),
    })
    fc.assert(
      fc.property(many, (world) => {
        const { indexed, scanned } = answersTo([
          ...world.instances.map(
            (each): Step => ({
              kind: 'put',
              instance: { ...each, resources: { ...each.resources, cpuUnits: 4096, memoryMib: 65_536 } },
            }),
          ),
          ...world.chances.map(
            (each): Step => ({
              kind: 'place',
              group: 'service:a',
              isRunning: true,
              chance: each,
              rules: world.rules,
              requirements: world.requirements,
            }),
          ),
        ])
        expect(indexed).toEqual(scanned)
      }),
    )
  })
})
