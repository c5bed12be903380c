import { isTypeScript, type SourceFile, type Violation } from '../source-file.ts'

/** Fewer files than this mean that the walk itself is broken. */
const MODULES_MIN = 20

/**
 * Every module of the workspaces was seen by dependency-cruiser.
 * A cruiser that cannot read TypeScript finds nothing and reports success.
 */
export function cruisedModules(files: readonly SourceFile[], cruised: ReadonlySet<string>): Violation[] {
  const modules = files.filter(
    (file) =>
      isTypeScript(file) && /^((packages|services|tools)\/[^/]+|agent|bench)\/src\/|^test\//.test(file.path),
  )
  const missed = modules
    .filter(({ path }) => !cruised.has(path))
    .map(({ path }) => ({ path, line: 1, message: 'Make .dependency-cruiser.cjs cruise this module' }))
  if (modules.length >= MODULES_MIN) return missed
  const message = `Make the walk find the modules: at least ${MODULES_MIN} exist, received ${modules.length}`
  return [...missed, { path: '.dependency-cruiser.cjs', line: 1, message }]
}
