import type { SourceFile } from './source-file.ts'

/** What the checks read of a package.json. */
export interface Manifest {
  readonly file: SourceFile
  /** The workspace's folder with a trailing slash; empty for the repository itself. */
  readonly folder: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
}

/** Every package.json, deepest folder first. */
export function manifestsIn(files: readonly SourceFile[]): Manifest[] {
  return files
    .filter(({ path }) => path === 'package.json' || path.endsWith('/package.json'))
    .map((file): Manifest => {
      const content: unknown = JSON.parse(file.text)
      return {
        file,
        folder: file.path.slice(0, -'package.json'.length),
        dependencies: tableOf(content, 'dependencies'),
        devDependencies: tableOf(content, 'devDependencies'),
        optionalDependencies: tableOf(content, 'optionalDependencies'),
      }
    })
    .sort((a, b) => b.folder.length - a.folder.length)
}

function tableOf(content: unknown, key: string): Record<string, string> {
  const table = isTable(content) ? content[key] : undefined
  return isTable(table)
    ? Object.fromEntries(Object.entries(table).map(([name, value]) => [name, String(value)]))
    : {}
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
