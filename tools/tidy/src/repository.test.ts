/**
 * Goal: this repository keeps its own rules.
 * Method: every check runs over the working tree. A failure prints `file:line  what to write instead`.
 */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { applyAllowances } from './allowances.ts'
import { cruisedModules } from './checks/cruised-modules.ts'
import { textChecks } from './checks.ts'
import { cruise } from './cruise.ts'
import { checkGeneratedCode } from './generated-code.ts'
import { readRepositoryFiles } from './repository-files.ts'
import type { Violation } from './source-file.ts'

const root = join(import.meta.dirname, '../../..')
const files = readRepositoryFiles(root)
const checks = textChecks(root)
const results = applyAllowances(
  files,
  [...checks].map(([check, run]) => ({ check, violations: run(files) })),
)

const report = (violations: readonly Violation[]): string[] =>
  violations.map(({ path, line, message }) => `${path}:${line}  ${message}`)

test.each([...checks.keys(), 'allowance'])('%s finds nothing when it reads this repository', (check) => {
  expect(report(results.find((result) => result.check === check)?.violations ?? [])).toEqual([])
})

test('cruise reads every module and finds no broken boundary when it reads this repository', () => {
  const { modules, broken } = cruise(root)
  expect(report(cruisedModules(files, modules))).toEqual([])
  expect(broken).toEqual([])
})

test('checkGeneratedCode finds nothing when the committed code follows from proto', () => {
  expect(report(checkGeneratedCode(root))).toEqual([])
})
