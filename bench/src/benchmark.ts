import type { BenchResult } from './result.ts'
import type { BenchStack } from './stack.ts'

/** What every benchmark works with. */
export interface BenchConsole {
  /** Tells a waiting person what happens now; goes to standard error. */
  readonly progress: (line: string) => void
}

/** What a benchmark of the stack works with. */
export interface BenchContext extends BenchConsole {
  readonly stack: BenchStack
}

interface Described {
  readonly name: string
  /** What it measures and against whom, in one line. */
  readonly summary: string
}

/** Measures the running stack; peers run in turn with Homeport so that a machine's mood meets all of them. */
export interface StackBenchmark extends Described {
  readonly needsStack: true
  readonly run: (context: BenchContext) => Promise<BenchResult[]>
}

/** Measures a library in this process; no stack is opened for it. */
export interface LibraryBenchmark extends Described {
  readonly needsStack: false
  readonly run: (context: BenchConsole) => Promise<BenchResult[]>
}

/** One entry of the catalogue in `main.ts`. */
export type Benchmark = StackBenchmark | LibraryBenchmark
