import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What dependency-cruiser saw. */
export interface Cruise {
  /** Paths of all modules that it read, relative to the repository. */
  readonly modules: ReadonlySet<string>
  /** Imports that break a rule of .dependency-cruiser.cjs. */
  readonly broken: readonly BrokenRule[]
}

/** An import that breaks a rule of .dependency-cruiser.cjs. */
export interface BrokenRule {
  readonly rule: string
  /** What to do instead: the comment of the rule. */
  readonly comment: string
  readonly from: string
  readonly to: string
}

/** Beside the library's entry, because the package does not publish its program. */
const CRUISER = fileURLToPath(
  new URL('../../bin/dependency-cruiser.mjs', import.meta.resolve('dependency-cruiser')),
)
const FOLDERS = ['packages', 'services', 'agent', 'tools', 'bench', 'test']
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024

/** The parts of dependency-cruiser's JSON report that are read here. */
interface Report {
  readonly modules: readonly { readonly source: string; readonly followable?: boolean }[]
  readonly summary: {
    readonly violations: readonly { from: string; to: string; rule: { name: string } }[]
    readonly ruleSetUsed?: { readonly forbidden?: readonly { name: string; comment?: string }[] }
  }
}

/**
 * Reads the imports of all workspaces below `root` and holds them against its .dependency-cruiser.cjs.
 * @throws {Error} when dependency-cruiser gives no report.
 */
export function cruise(root: string): Cruise {
  const folders = FOLDERS.filter((folder) => existsSync(join(root, folder)))
  const run = spawnSync(
    process.execPath,
    [CRUISER, '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json', ...folders],
    { cwd: root, encoding: 'utf8', maxBuffer: OUTPUT_BYTES_MAX },
  )
  if (!run.stdout.startsWith('{')) {
    throw new Error(
      `Cannot cruise the modules: a JSON report is expected, received ${run.stderr || run.stdout}`,
    )
  }
  const report = JSON.parse(run.stdout) as Report
  const comments = new Map(report.summary.ruleSetUsed?.forbidden?.map((rule) => [rule.name, rule.comment]))
  return {
    modules: new Set(report.modules.map(({ source }) => source)),
    broken: report.summary.violations.map(({ from, to, rule }) => ({
      rule: rule.name,
      comment: comments.get(rule.name) ?? '',
      from,
      to,
    })),
  }
}
