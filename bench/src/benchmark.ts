import type { BenchResult } from './result.ts'
import type { BenchStack } from './stack.ts'

/** What a benchmark works with. */
export interface BenchContext {
  readonly stack: BenchStack
  /** Tells a waiting person what happens now; goes to standard error. */
  readonly progress: (line: string) => void
}

/** One entry of the catalogue in `main.ts`. */
export interface Benchmark {
  readonly name: string
  /** What it measures and against whom, in one line. */
  readonly summary: string
  /** Measures; peers run in turn with Homeport so that a machine's mood meets all of them. */
  readonly run: (context: BenchContext) => Promise<BenchResult[]>
}
