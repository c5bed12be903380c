import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { required } from '@homeport/base'
import type { StackBenchmark } from './benchmark.ts'
import { readStackFiles } from './data-directory.ts'
import { type BenchResult, compare, round } from './result.ts'

/** Lets start-up garbage be collected, so that what is printed is what a resting process keeps. */
const SETTLE_MS = 15_000
const KIB_PER_MIB = 1024
/** Resident memory of each process of the stack at rest; the agent beside the engine that it drives. */
export const memory: StackBenchmark = {
  name: 'memory',
  summary: 'resident memory of each process at rest, the agent beside dockerd',
  needsStack: true,
  async run({ stack, progress }) {
    progress(`resting for ${SETTLE_MS / 1000} s`)
    await sleep(SETTLE_MS)
    const { processes } = readStackFiles(stack)
    const engineMiB = residentMiB(enginePid())
    return [
      ...processes.map((process): BenchResult => {
        const own = { name: `memory-${process.name}`, value: round(residentMiB(process.pid)), unit: 'MiB' }
        return process.name === 'agent' ? compare(own, { name: 'dockerd', value: engineMiB }) : own
      }),
      { name: 'memory-dockerd', value: round(engineMiB), unit: 'MiB' },
    ]
  },
}

/** The engine's process, found by its name. */
function enginePid(): number {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))
  return Number(
    required(
      pids.find((pid) => commandOf(pid) === 'dockerd'),
      'a process named dockerd',
    ),
  )
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    // The process ended since the folder was listed.
    return ''
  }
}

/** What the kernel says the process has in memory now. */
function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const [, kib] = required(/^VmRSS:\s+(\d+) kB$/m.exec(status), `the resident memory of process ${pid}`)
  return Number(kib) / KIB_PER_MIB
}
