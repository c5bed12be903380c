import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { percentile } from '../statistics.ts'
import type { LoadReport, LoadRequest } from './load-process.ts'
import { endProcess } from './server-folder.ts'
import type { StoreName } from './write-target.ts'

/** One measurement of one store. */
export interface LoadFigures {
  readonly writesPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Processors that the writing processes used together. */
  readonly processorShare: number
}

/** Two, because one may be slower than the store. */
const PROCESS_COUNT = 2
const LOAD_PROGRAM = fileURLToPath(new URL('./load-process.ts', import.meta.url))
const MS_PER_SECOND = 1000

/** Processes that write to one store. They stay, so that only the first measurement compiles. */
export class StoreLoad {
  readonly store: StoreName
  readonly #children: readonly ChildProcess[]

  private constructor(store: StoreName, children: readonly ChildProcess[]) {
    this.store = store
    this.#children = children
  }

  /** Starts the processes and connects them. @throws {Error} when one ends. */
  static async open(store: StoreName, address: string): Promise<StoreLoad> {
    const children = Array.from({ length: PROCESS_COUNT }, (_, index) =>
      fork(LOAD_PROGRAM, [store, address, String(index)], { serialization: 'advanced' }),
    )
    const load = new StoreLoad(store, children)
    try {
      await Promise.all(children.map((child) => answerOf(child)))
      return load
    } catch (error) {
      await load.close()
      throw error
    }
  }

  /** Writes with `writerCount` writers over all processes. @throws {Error} when a write fails. */
  async measure(request: LoadRequest): Promise<LoadFigures> {
    const shares = this.#children
      .map((child, index) => ({
        child,
        writerCount: Math.floor((request.writerCount + PROCESS_COUNT - 1 - index) / PROCESS_COUNT),
      }))
      .filter(({ writerCount }) => writerCount > 0)
    const reports = await Promise.all(
      shares.map(({ child, writerCount }) => {
        child.send({ ...request, writerCount })
        return answerOf(child) as Promise<LoadReport>
      }),
    )
    const latenciesMs = reports.flatMap((report) => [...report.latenciesMs])
    return {
      writesPerSecond: (latenciesMs.length * MS_PER_SECOND) / request.measureMs,
      p50Ms: percentile(latenciesMs, 0.5),
      p99Ms: percentile(latenciesMs, 0.99),
      processorShare: reports.reduce((sum, report) => sum + report.processorShare, 0),
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#children.map((child) => endProcess(child)))
  }
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const abort = new AbortController()
  const { signal } = abort
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`Cannot measure: the writing process must go on, received exit code ${String(code)}`)
  })
  try {
    const [answer] = (await Promise.race([once(child, 'message', { signal }), ended])) as [unknown]
    return answer
  } finally {
    ended.catch(() => undefined)
    abort.abort()
  }
}
