/**
 * Exceptions to a check, written where they apply and with their reason.
 *
 * `tidy-allow(check): reason` in a comment covers its own line and the next line of code;
 * `tidy-allow-file(check): reason` covers the file. An allowance without a reason, for an unknown check, or
 * that covers nothing is a violation itself, so that exceptions cannot outlive their cause.
 */
import { isTypeScript, lineAt, type SourceFile, type Violation } from './source-file.ts'
import { syntaxOf } from './syntax.ts'

/** The violations of one check. */
export interface CheckResult {
  readonly check: string
  readonly violations: readonly Violation[]
}

interface Allowance {
  readonly path: string
  readonly line: number
  readonly check: string
  readonly reason: string
  /** Half-open range of covered lines. */
  readonly fromLine: number
  readonly untilLine: number
}

/** Not directly after a backtick: there a comment only talks about markers. */
const MARKER = /(?<!`)\btidy-allow(?<scope>-file)?\((?<check>[\w-]*)\)(?::[ \t]*(?<reason>[^\n]*))?/g
const COMMENT_LINE = /^\s*(\/\/|\/?\*|#|<!--)|^\s*$/

/** Takes allowed violations out of `results` and adds those of the allowances themselves. */
export function applyAllowances(
  files: readonly SourceFile[],
  results: readonly CheckResult[],
): CheckResult[] {
  const allowances = files.flatMap(allowancesIn)
  const used = new Set<Allowance>()
  const remaining = results.map(({ check, violations }) => ({
    check,
    violations: violations.filter((violation) => {
      const covering = allowances.filter((allowance) => covers(allowance, check, violation))
      for (const allowance of covering) used.add(allowance)
      return covering.length === 0
    }),
  }))
  const known = new Set(results.map(({ check }) => check))
  const own = allowances.flatMap((allowance) => faultsOf(allowance, known, used.has(allowance)))
  return [...remaining, { check: 'allowance', violations: own }]
}

function covers(allowance: Allowance, check: string, { path, line }: Violation): boolean {
  return (
    allowance.check === check &&
    allowance.path === path &&
    line >= allowance.fromLine &&
    line < allowance.untilLine
  )
}

function faultsOf(allowance: Allowance, known: ReadonlySet<string>, isUsed: boolean): Violation[] {
  const { path, line, check, reason } = allowance
  if (!known.has(check)) return [{ path, line, message: `Unknown check "${check}": name one of tools/tidy` }]
  if (reason === '') return [{ path, line, message: `Say why: tidy-allow(${check}): <reason>` }]
  return isUsed
    ? []
    : [{ path, line, message: `Nothing here breaks ${check} any more: delete the allowance` }]
}

function allowancesIn(file: SourceFile): Allowance[] {
  const lines = file.text.split('\n')
  return commentsOf(file).flatMap(({ text, offset }) =>
    [...text.matchAll(MARKER)].map((match): Allowance => {
      const line = lineAt(file.text, offset + match.index)
      const isWholeFile = match.groups?.['scope'] !== undefined
      let lastLine = line
      while (COMMENT_LINE.test(lines[lastLine - 1] ?? 'end of file')) lastLine++
      return {
        path: file.path,
        line,
        check: match.groups?.['check'] ?? '',
        reason: (match.groups?.['reason'] ?? '').replace(/(\*\/|-->)\s*$/, '').trim(),
        fromLine: isWholeFile ? 1 : line,
        untilLine: isWholeFile ? lines.length + 1 : lastLine + 1,
      }
    }),
  )
}

function commentsOf(file: SourceFile): { text: string; offset: number }[] {
  if (isTypeScript(file)) {
    return syntaxOf(file).comments.map((comment) => ({ text: comment.value, offset: comment.start + 2 }))
  }
  return /\.(md|json)$/.test(file.path) ? [] : [{ text: file.text, offset: 0 }]
}
