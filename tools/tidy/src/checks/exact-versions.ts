import { manifestsIn } from '../packages.ts'
import { lineAt, type SourceFile, type Violation } from '../source-file.ts'

const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/
const OWN = /^@homeport\//

/** Dependencies are pinned; workspaces refer to each other by `*`. */
export function exactVersions(files: readonly SourceFile[]): Violation[] {
  return manifestsIn(files).flatMap(({ file, dependencies, devDependencies, optionalDependencies }) =>
    Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
      .filter(([name, version]) => (OWN.test(name) ? version !== '*' : !EXACT.test(version)))
      .map(([name, version]) => ({
        path: file.path,
        line: lineAt(file.text, file.text.indexOf(`"${name}"`)),
        message: `Pin "${name}" to ${OWN.test(name) ? '"*"' : 'one exact version'} instead of "${version}"`,
      })),
  )
}
