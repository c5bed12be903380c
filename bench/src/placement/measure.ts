import { PlacementPool } from '@homeport/domain'
import { FullScanPool } from '@homeport/domain/full-scan'
import { type Random, seededRandom } from '@homeport/runtime'
import { median, percentile } from '../statistics.ts'
import { bound, type WantedTask, type Workload } from './workload.ts'

/** How fast a pool placed. */
export interface Pace {
  /** By processor time of all threads: what else runs on the machine does not slow it down. */
  readonly placementsPerSecond: number
  /** By the clock. */
  readonly p99Ms: number
  readonly refusedCount: number
}

type Pool = PlacementPool | FullScanPool

const SEED = 7
/** The first ones also compile. */
const ROUNDS = 5
/** Of the tasks that arrive, those that warm up and are not measured. */
const WARM_UP_SHARE = 0.1
const MICROSECONDS_PER_SECOND = 1_000_000

/** Measures how many tasks a second find and take their place, with `PlacementPool`: the middle of some rounds. */
export function measureIndexed(workload: Workload): Pace {
  const rounds = Array.from({ length: ROUNDS }, () => run(fill(workload, new PlacementPool()), workload))
  // By itself: a clock that is read around each placement would slow down what takes a microsecond.
  const timed = run(fill(workload, new PlacementPool()), workload, { isEachTimed: true })
  return {
    placementsPerSecond: median(rounds.map(({ placementsPerSecond }) => placementsPerSecond)),
    p99Ms: percentile(timed.elapsedMs, 0.99),
    refusedCount: timed.refusedCount,
  }
}

/**
 * Measures the full scan on the first `count` tasks that arrive.
 * @throws {Error} when it chooses another instance than `PlacementPool`.
 */
export function measureFullScan(workload: Workload, count: number): Pace {
  const first = { ...workload, arriving: workload.arriving.slice(0, count) }
  const scanned = run(fill(workload, new FullScanPool()), first, { isEachTimed: true })
  const indexed = run(fill(workload, new PlacementPool()), first)
  for (const [index, instanceId] of indexed.chosen.entries()) {
    const other = scanned.chosen[index]
    if (instanceId !== other)
      throw new Error(`Cannot compare paces: choices must agree, received ${instanceId} and ${other}`)
  }
  return { ...scanned, p99Ms: percentile(scanned.elapsedMs, 0.99) }
}

/** A pool with the instances and what stands, placed by the index, whose choices are the scan's. */
function fill<Filled extends Pool>({ instances, standing }: Workload, pool: Filled): Filled {
  const chooser = new PlacementPool()
  const random = seededRandom(SEED)
  for (const instance of instances) {
    chooser.putInstance(instance)
    pool.putInstance(instance)
  }
  for (const task of standing) {
    const placement = chooser.place(task, random)
    if (placement.kind === 'refused') continue
    chooser.bind(bound(task, placement.instanceId))
    pool.bind(bound(task, placement.instanceId))
  }
  return pool
}

interface Run {
  readonly placementsPerSecond: number
  /** Of each placement that was measured; empty when only the whole was. */
  readonly elapsedMs: number[]
  /** By task that arrived; empty: refused. */
  readonly chosen: readonly string[]
  readonly refusedCount: number
}

function run(pool: Pool, workload: Workload, { isEachTimed = false } = {}): Run {
  const { arriving, isChurning } = workload
  const random = seededRandom(SEED + 1)
  const leaving = isChurning ? leavingTasks(workload, random) : []
  const warmUpCount = Math.floor(arriving.length * WARM_UP_SHARE)
  const chosen: string[] = []
  const elapsedMs: number[] = []
  let start = process.cpuUsage()
  for (const [index, task] of arriving.entries()) {
    if (index === warmUpCount) start = process.cpuUsage()
    const gone = leaving[index]
    if (gone !== undefined) pool.release(gone)
    const before = isEachTimed ? performance.now() : 0
    chosen.push(placeOne(pool, task, random))
    if (isEachTimed && index >= warmUpCount) elapsedMs.push(performance.now() - before)
  }
  const { user, system } = process.cpuUsage(start)
  const placementsPerSecond = ((arriving.length - warmUpCount) * MICROSECONDS_PER_SECOND) / (user + system)
  return { placementsPerSecond, elapsedMs, chosen, refusedCount: chosen.filter((id) => id === '').length }
}

function placeOne(pool: Pool, task: WantedTask, random: Random): string {
  const placement = pool.place(task, random)
  if (placement.kind === 'refused') return ''
  pool.bind(bound(task, placement.instanceId))
  return placement.instanceId
}

/** The standing tasks in the random order in which they go. */
function leavingTasks({ standing }: Workload, random: Random): string[] {
  return standing
    .map(({ taskId }) => ({ taskId, order: random.next() }))
    .toSorted((left, right) => left.order - right.order)
    .map(({ taskId }) => taskId)
}
