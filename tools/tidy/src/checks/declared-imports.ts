import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { type Manifest, manifestsIn } from '../packages.ts'
import { isTest, lineAt, type SourceFile, type Violation } from '../source-file.ts'
import { type ModuleRequest, syntaxOf } from '../syntax.ts'

const PROGRAM = /\.(ts|mts|mjs|cjs|js)$/

/**
 * A workspace imports what its package.json lists, and nothing else happens to be hoisted beside it.
 * Tests, type-only imports and unshipped files at the root may use devDependencies, also those of the root.
 */
export function declaredImports(files: readonly SourceFile[]): Violation[] {
  const manifests = manifestsIn(files)
  const root = manifests.find(({ folder }) => folder === '')
  return files
    .filter(({ path }) => PROGRAM.test(path) && !path.includes('/gen/'))
    .flatMap((file) => {
      const manifest = manifests.find(({ folder }) => file.path.startsWith(folder))
      if (manifest === undefined) return []
      return syntaxOf(file).requests.flatMap((request) => {
        const message = faultOf(file, request, { manifest, root })
        return message === undefined
          ? []
          : [{ path: file.path, line: lineAt(file.text, request.offset), message }]
      })
    })
}

function faultOf(
  file: SourceFile,
  { specifier, isTypeOnly }: ModuleRequest,
  { manifest, root }: { manifest: Manifest; root: Manifest | undefined },
): string | undefined {
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file.path), specifier)
    return target.startsWith(manifest.folder) ? undefined : `Import "${specifier}" by its package's name`
  }
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  if (isBuiltin(specifier) || name in manifest.dependencies) return undefined
  const mayUseDevelopment = isTest(file) || isTypeOnly || manifest.folder === ''
  if (!mayUseDevelopment) return `List "${name}" under dependencies of ${manifest.file.path}`
  const development = { ...root?.devDependencies, ...manifest.devDependencies }
  return name in development ? undefined : `List "${name}" under devDependencies of ${manifest.file.path}`
}
