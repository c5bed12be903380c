/**
 * How many tasks find and take their place in a second of processor time, beside the full scan.
 *
 * The scan is the definition that the index must keep to, measured in the same run on the same tasks; the run
 * fails when a choice differs.
 */
import type { LibraryBenchmark } from '../benchmark.ts'
import { compare, round } from '../result.ts'
import { measureFullScan, measureIndexed } from './measure.ts'
import { emptyWorkload, hardWorkload, PACKED, SPREAD, type Workload } from './workload.ts'

const INSTANCE_COUNTS = [1000, 5000, 10_000]
/** Tasks that the scan places, by the instances it looks at: about a second. */
const SCANNED_INSTANCES = 10_000_000

interface Case {
  readonly name: string
  readonly summary: string
  readonly workload: (instanceCount: number) => Workload
}

const CASES: readonly Case[] = [
  {
    name: 'empty',
    summary: 'binpack on an empty cluster',
    workload: (count) => emptyWorkload(count, PACKED),
  },
  {
    name: 'spread',
    summary: 'spread over zones, then binpack, on an empty cluster',
    workload: (count) => emptyWorkload(count, SPREAD),
  },
  {
    name: 'hard',
    summary: 'tasks come and go on a fragmented cluster, contended ports, constraints without an index',
    workload: hardWorkload,
  },
]

/** Every case with 1,000, 5,000 and 10,000 instances. */
export const placementBenchmarks: readonly LibraryBenchmark[] = CASES.flatMap(({ name, summary, workload }) =>
  INSTANCE_COUNTS.map(
    (instanceCount): LibraryBenchmark => ({
      name: `placement-${name}-${instanceCount}`,
      summary: `${summary}, ${instanceCount} instances, placements a second beside a full scan`,
      needsStack: false,
      async run({ progress }) {
        const made = workload(instanceCount)
        const scan = measureFullScan(made, SCANNED_INSTANCES / instanceCount)
        const indexed = measureIndexed(made)
        progress(`${indexed.refusedCount} of ${made.arriving.length} tasks found no place`)
        const own = `placement-${name}-${instanceCount}`
        return [
          compare(
            { name: own, value: indexed.placementsPerSecond, unit: '1/s' },
            { name: 'full-scan', value: scan.placementsPerSecond },
          ),
          compare(
            { name: `${own}-p99`, value: indexed.p99Ms, unit: 'ms' },
            { name: 'full-scan', value: scan.p99Ms },
          ),
          { name: `${own}-full-scan`, value: round(scan.placementsPerSecond), unit: '1/s' },
        ]
      },
    }),
  ),
)
