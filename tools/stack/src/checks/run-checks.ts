import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@homeport/runtime'
import { COMMANDS_FOLDER, REPOSITORY_ROOT } from '../paths.ts'
import { StackError } from '../stack-error.ts'
import { type CheckResult, countScript, countTests, renderSummary } from './check-result.ts'
import { type CheckStep, STEPS } from './steps.ts'

/** What `npm test` works with. */
export interface CheckOptions {
  /** Names of the steps to run; none means all. */
  readonly names: readonly string[]
  readonly clock: Clock
  readonly write: (text: string) => void
}

/**
 * Runs all steps, whatever comes of each, with their output as it comes, and writes the summary.
 * @returns whether everything passed.
 * @throws {StackError} when a name is not that of a step.
 */
export async function runChecks({ names, clock, write }: CheckOptions): Promise<boolean> {
  const known = STEPS.map((step) => step.name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new StackError(`Cannot run step ${unknown}: it must be one of ${known.join(', ')}`)
  }
  const results: CheckResult[] = []
  for (const step of STEPS) {
    if (names.length > 0 && !names.includes(step.name)) continue
    write(`\n── ${step.name} ──\n`)
    const startedAtMs = clock.monotonic()
    const counts = await runStep(step)
    results.push({ name: step.name, ...counts, elapsedMs: clock.monotonic() - startedAtMs })
  }
  write(renderSummary(results))
  return results.every((result) => result.failedCount === 0)
}

async function runStep({ run }: CheckStep): Promise<Pick<CheckResult, 'passedCount' | 'failedCount'>> {
  if (run.kind === 'script') return countScript(await runInherited('npm', ['run', '--silent', run.script]))
  const folder = mkdtempSync(join(tmpdir(), 'homeport-test-'))
  try {
    const report = join(folder, 'report.json')
    const exitCode = await runInherited(join(COMMANDS_FOLDER, 'vitest'), [
      'run',
      `--project=${run.project}`,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ])
    return countTests(exitCode, existsSync(report) ? readFileSync(report, 'utf8') : undefined)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs a command with our input and output; ends with a failure when it cannot be started. */
function runInherited(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, [...args], { cwd: REPOSITORY_ROOT, stdio: 'inherit' })
    child.once('exit', (code) => resolve(code ?? 1))
    child.once('error', (error) => {
      process.stderr.write(`${error.message}\n`)
      resolve(1)
    })
  })
}
