/** What came of one step. A check counts one; a test project counts its tests. */
export interface CheckResult {
  readonly name: string
  readonly passedCount: number
  readonly failedCount: number
  readonly elapsedMs: number
}

/** The counts of a step that is one check. */
export function countScript(exitCode: number): Pick<CheckResult, 'passedCount' | 'failedCount'> {
  return exitCode === 0 ? { passedCount: 1, failedCount: 0 } : { passedCount: 0, failedCount: 1 }
}

/**
 * The counts of a test project.
 * @param report the text of Vitest's JSON report; absent when it wrote none.
 * @returns at least one failure when Vitest failed without a failed test: a file that does not load, or an error
 * that no test caught.
 */
export function countTests(
  exitCode: number,
  report: string | undefined,
): Pick<CheckResult, 'passedCount' | 'failedCount'> {
  const parsed: unknown = report === undefined ? {} : JSON.parse(report)
  const read = (name: string): number => {
    const count: unknown =
      typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, name) : undefined
    return typeof count === 'number' ? count : 0
  }
  const failedCount = read('numFailedTests')
  return {
    passedCount: read('numPassedTests'),
    failedCount: exitCode === 0 ? failedCount : Math.max(failedCount, 1),
  }
}

/** The summary: a table, and last a line of the form "N passed, N failed". */
export function renderSummary(results: readonly CheckResult[]): string {
  const width = Math.max(...results.map((result) => result.name.length))
  const lines = results.map((result) => {
    const mark = result.failedCount === 0 ? '✓' : '✗'
    const seconds = (result.elapsedMs / 1000).toFixed(1).padStart(7)
    return `${mark} ${result.name.padEnd(width)} ${seconds} s  ${renderCounts(result)}`
  })
  const total = {
    passedCount: results.reduce((sum, result) => sum + result.passedCount, 0),
    failedCount: results.reduce((sum, result) => sum + result.failedCount, 0),
  }
  return `\n${[...lines, '', renderCounts(total)].join('\n')}\n`
}

function renderCounts(counts: Pick<CheckResult, 'passedCount' | 'failedCount'>): string {
  return `${counts.passedCount} passed, ${counts.failedCount} failed`
}
