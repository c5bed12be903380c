/**
 * Durable transactions a second of the state service, beside etcd.
 *
 * Both are one server on the same disk that syncs before it answers, reached over TCP by the same number of
 * writing processes; each write puts the row of one task. They take turns, so that a machine's mood meets both.
 */
import type { BenchConsole, LibraryBenchmark } from '../benchmark.ts'
import { type BenchResult, compare, round } from '../result.ts'
import { median } from '../statistics.ts'
import { type LoadFigures, StoreLoad } from './load.ts'
import { ServerFolder } from './server-folder.ts'
import { ensureEtcd, startEtcd, startNats, startState } from './servers.ts'

const WRITER_COUNTS = [1, 64, 1024]
const ROUNDS = 3
/** Also compiles. */
const WARM_UP_MS = 2000
const MEASURE_MS = 5000

type Measurements = Readonly<Record<'homeport' | 'etcd', readonly LoadFigures[]>>

/** 1, 64 and 1,024 concurrent writers: transactions a second, with the middle and the 99th percentile. */
export const stateCommits: LibraryBenchmark = {
  name: 'state-commits',
  summary: 'durable transactions a second of the state service with 1, 64 and 1024 writers, beside etcd',
  needsStack: false,
  async run(console) {
    const etcdCommand = await ensureEtcd(console.progress)
    const folder = await ServerFolder.open()
    const loads: StoreLoad[] = []
    try {
      const nats = await startNats(folder)
      const homeport = await StoreLoad.open('homeport', await startState(folder, nats))
      loads.push(homeport)
      const etcd = await StoreLoad.open('etcd', await startEtcd(folder, etcdCommand))
      loads.push(etcd)
      const results: BenchResult[] = []
      for (const writerCount of WRITER_COUNTS) {
        const measurements = {
          homeport: [] as LoadFigures[],
          etcd: [] as LoadFigures[],
        }
        for (let turn = 0; turn < ROUNDS; turn += 1) {
          measurements.homeport.push(await measure(homeport, writerCount, console))
          measurements.etcd.push(await measure(etcd, writerCount, console))
        }
        results.push(...resultsOf(writerCount, measurements))
      }
      return results
    } finally {
      await Promise.all(loads.map((load) => load.close()))
      await folder.close()
    }
  },
}

async function measure(load: StoreLoad, writerCount: number, console: BenchConsole): Promise<LoadFigures> {
  const figures = await load.measure({ writerCount, warmUpMs: WARM_UP_MS, measureMs: MEASURE_MS })
  const { writesPerSecond, p50Ms, p99Ms, processorShare } = figures
  console.progress(
    `${load.store}, ${writerCount} writers: ${round(writesPerSecond)}/s, p50 ${round(p50Ms)} ms, ` +
      `p99 ${round(p99Ms)} ms (writing used ${processorShare.toFixed(2)} processors)`,
  )
  return figures
}

function resultsOf(writerCount: number, { homeport, etcd }: Measurements): BenchResult[] {
  const name = `commit-throughput-${writerCount}`
  const middle = (all: readonly LoadFigures[], field: keyof LoadFigures): number =>
    median(all.map((figures) => figures[field]))
  const beside = (suffix: string, unit: string, field: keyof LoadFigures): BenchResult =>
    compare(
      { name: `${name}${suffix}`, value: middle(homeport, field), unit },
      { name: 'etcd', value: middle(etcd, field) },
    )
  return [
    beside('', '1/s', 'writesPerSecond'),
    beside('-p50', 'ms', 'p50Ms'),
    beside('-p99', 'ms', 'p99Ms'),
    { name: `${name}-etcd`, value: round(middle(etcd, 'writesPerSecond')), unit: '1/s' },
  ]
}
