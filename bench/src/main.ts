/**
 * `npm run bench -- NAME... [--json]`: measures and prints one result a line; without a name, lists what there is.
 */
import { parseArgs } from 'node:util'
import type { Benchmark } from './benchmark.ts'
import { memory } from './memory-benchmark.ts'
import { placementBenchmarks } from './placement/placement-benchmarks.ts'
import { apiRequests } from './requests/api-benchmark.ts'
import { type BenchResult, describe } from './result.ts'
import { type BenchStack, openStack } from './stack.ts'
import { replacement } from './start/replacement-benchmark.ts'
import { startLatency, startThroughput } from './start/start-benchmarks.ts'
import { stateCommits } from './state/commit-benchmark.ts'
import { stateReplay } from './state/replay-benchmark.ts'

const benchmarks: readonly Benchmark[] = [
  startLatency,
  startThroughput,
  replacement,
  apiRequests,
  memory,
  ...placementBenchmarks,
  stateCommits,
  stateReplay,
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
})

const progress = (line: string): void => console.error(`bench: ${line}`)

/** The benchmark of each name, or all whose names begin with it, as `placement`. */
function select(names: readonly string[]): Benchmark[] {
  return names.flatMap((name) => {
    const exact = benchmarks.filter((benchmark) => benchmark.name === name)
    const found = exact.length > 0 ? exact : benchmarks.filter((each) => each.name.startsWith(`${name}-`))
    if (found.length > 0) return found
    const known = benchmarks.map((benchmark) => benchmark.name).join(', ')
    throw new Error(`Cannot run benchmark: unknown name, received ${name} (there are: ${known})`)
  })
}

async function run(names: readonly string[]): Promise<void> {
  let stack: BenchStack | undefined
  try {
    for (const benchmark of select(names)) {
      progress(`${benchmark.name}: ${benchmark.summary}`)
      if (benchmark.needsStack) {
        stack ??= await openStack(progress)
        print(await benchmark.run({ stack, progress }))
      } else print(await benchmark.run({ progress }))
    }
  } finally {
    await stack?.close()
  }
}

function print(results: readonly BenchResult[]): void {
  for (const result of results) console.log(values.json ? JSON.stringify(result) : describe(result))
}

if (positionals.length === 0) {
  for (const { name, summary } of benchmarks) console.log(`${name.padEnd(24)} ${summary}`)
} else {
  try {
    await run(positionals)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
