import { join } from 'node:path'
import { applyAllowances } from './allowances.ts'
import { cruisedModules } from './checks/cruised-modules.ts'
import { textChecks } from './checks.ts'
import { cruise } from './cruise.ts'
import { checkGeneratedCode } from './generated-code.ts'
import { readRepositoryFiles } from './repository-files.ts'
import type { Violation } from './source-file.ts'

const root = join(import.meta.dirname, '../../..')

/** Each gate prints what it looked at and returns what breaks it, one line each. */
const gates: Readonly<Record<string, () => string[]>> = {
  boundaries() {
    const { modules, broken } = cruise(root)
    console.log(`${modules.size} modules cruised`)
    return [
      ...broken.map(({ rule, comment, from, to }) => `${from} → ${to}  [${rule}] ${comment}`),
      ...cruisedModules(readRepositoryFiles(root), modules).map(lineOf),
    ]
  },
  generated: () => checkGeneratedCode(root).map(lineOf),
  text() {
    const files = readRepositoryFiles(root)
    console.log(`${files.length} files read`)
    const results = [...textChecks(root)].map(([check, run]) => ({ check, violations: run(files) }))
    return applyAllowances(files, results).flatMap(({ check, violations }) =>
      violations.map((violation) => `${lineOf(violation)}  [${check}]`),
    )
  },
}

function lineOf({ path, line, message }: Violation): string {
  return `${path}:${line}  ${message}`
}

const name = process.argv[2] ?? ''
const gate = gates[name]
if (gate === undefined) {
  throw new Error(`Cannot run gate: one of ${Object.keys(gates).join(', ')} is expected, received "${name}"`)
}
const faults = gate()
for (const fault of faults) console.error(fault)
process.exitCode = faults.length === 0 ? 0 : 1
