/**
 * `npm run bench -- NAME... [--json]`: measures and prints one result a line; without a name, lists what there is.
 */
import { parseArgs } from 'node:util'
import type { Benchmark } from './benchmark.ts'
import { memory } from './memory-benchmark.ts'
import { apiRequests } from './requests/api-benchmark.ts'
import { describe } from './result.ts'
import { openStack } from './stack.ts'
import { startLatency, startThroughput } from './start/start-benchmarks.ts'

const benchmarks: readonly Benchmark[] = [startLatency, startThroughput, apiRequests, memory]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
})

const progress = (line: string): void => console.error(`bench: ${line}`)

function select(names: readonly string[]): Benchmark[] {
  return names.map((name) => {
    const found = benchmarks.find((benchmark) => benchmark.name === name)
    if (found !== undefined) return found
    const known = benchmarks.map((benchmark) => benchmark.name).join(', ')
    throw new Error(`Cannot run benchmark: unknown name, received ${name} (there are: ${known})`)
  })
}

async function run(names: readonly string[]): Promise<void> {
  const selected = select(names)
  const stack = await openStack(progress)
  try {
    for (const benchmark of selected) {
      progress(`${benchmark.name}: ${benchmark.summary}`)
      for (const result of await benchmark.run({ stack, progress })) {
        console.log(values.json ? JSON.stringify(result) : describe(result))
      }
    }
  } finally {
    await stack.close()
  }
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
