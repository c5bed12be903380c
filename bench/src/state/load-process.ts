/** A process that writes, driven over IPC by `LoadProcess` of load.ts. Arguments: store, address, number of this process. */
import { openTarget, type StoreName, type WriteTarget } from './write-target.ts'

/** What a process is asked to do. */
export interface LoadRequest {
  /** Each writes again as soon as its last write is durable. */
  readonly writerCount: number
  readonly warmUpMs: number
  /** Follows the warm-up; only writes that end within count. */
  readonly measureMs: number
}

/** What came of it. */
export interface LoadReport {
  /** Of each write that ended within the measured time. */
  readonly latenciesMs: Float64Array
  /** Share of one processor that this process used. */
  readonly processorShare: number
}

/** Tasks that each process writes, over and over. */
const TASK_COUNT = 10_000
const MICROSECONDS_PER_MS = 1000

const [store, address, processNumber] = process.argv.slice(2)
const target = await openTarget(store as StoreName, address ?? '')
const firstTask = Number(processNumber) * TASK_COUNT
let putCount = 0

process.on('message', (request: LoadRequest) => {
  run(target, request).then(
    (report) => process.send?.(report),
    (error: unknown) => {
      // Nobody can use figures of a run in which writes failed.
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready')

async function run(to: WriteTarget, { writerCount, warmUpMs, measureMs }: LoadRequest): Promise<LoadReport> {
  const fromMs = performance.now() + warmUpMs
  const untilMs = fromMs + measureMs
  const latenciesMs: number[] = []
  const write = async (): Promise<void> => {
    for (let beforeMs = performance.now(); beforeMs < untilMs; ) {
      putCount += 1
      await to.put(firstTask + (putCount % TASK_COUNT))
      const afterMs = performance.now()
      if (afterMs >= fromMs && afterMs < untilMs) latenciesMs.push(afterMs - beforeMs)
      beforeMs = afterMs
    }
  }
  const before = process.cpuUsage()
  await Promise.all(Array.from({ length: writerCount }, write))
  const { user, system } = process.cpuUsage(before)
  const processorShare = (user + system) / MICROSECONDS_PER_MS / (warmUpMs + measureMs)
  return { latenciesMs: Float64Array.from(latenciesMs), processorShare }
}
