import { defineConfig } from 'vitest/config'

const NODE_MAJOR_MIN = 24
if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR_MIN) {
  throw new Error(
    `Cannot run the tests: Node ${NODE_MAJOR_MIN} is pinned in node_modules, received ${process.version} (use npx vitest or npm test)`,
  )
}

const SECOND_MS = 1000

/** Time-outs say "stuck", not "slow": they are far above what a test takes on two busy cores. */
const project = (name: string, include: string[], options: { timeoutMs: number; groupOrder: number }) => ({
  extends: true as const,
  test: {
    name,
    include,
    testTimeout: options.timeoutMs,
    hookTimeout: options.timeoutMs,
    sequence: { groupOrder: options.groupOrder },
  },
})

const unit = project(
  'unit',
  [
    '{packages,services,tools}/*/src/**/*.test.ts',
    '{agent,bench}/src/**/*.test.ts',
    'test/support/**/*.test.ts',
    'scripts/*.test.ts',
  ],
  { timeoutMs: 30 * SECOND_MS, groupOrder: 0 },
)
const conformance = project('conformance', ['test/conformance/**/*.test.ts'], {
  timeoutMs: 120 * SECOND_MS,
  groupOrder: 1,
})
const integration = project('integration', ['test/integration/**/*.test.ts'], {
  timeoutMs: 120 * SECOND_MS,
  groupOrder: 2,
})
const simulation = project('simulation', ['test/simulation/**/*.test.ts'], {
  timeoutMs: 300 * SECOND_MS,
  groupOrder: 3,
})
const e2e = project('e2e', ['test/e2e/**/*.test.ts'], { timeoutMs: 300 * SECOND_MS, groupOrder: 4 })

export default defineConfig({
  test: {
    // The seed of the order is printed; repeat a run with `npx vitest run --sequence.seed=N`.
    sequence: { shuffle: { files: true, tests: true } },
    retry: 0,
    allowOnly: false,
    passWithNoTests: false,
    projects: [
      unit,
      conformance,
      integration,
      simulation,
      // One file at a time: each file owns the machine's Docker and a stack of processes.
      { ...e2e, test: { ...e2e.test, fileParallelism: false } },
    ],
  },
})
