import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Violation } from './source-file.ts'

const GENERATED = 'packages/wire/src/gen'
const FIX = 'Run npm run generate and commit the result'

/** File contents by path, relative to the folder of generated code. */
export type Tree = ReadonlyMap<string, string>

/**
 * Generates the protobuf code of `root` into a folder of its own and compares it with what is committed.
 * @throws {Error} when the generator fails.
 */
export function checkGeneratedCode(root: string): Violation[] {
  const folder = mkdtempSync(join(tmpdir(), 'homeport-generate-'))
  try {
    const run = spawnSync('npm', ['run', '--silent', 'generate', '--', '--output', folder], {
      cwd: root,
      encoding: 'utf8',
    })
    if (run.status !== 0) {
      throw new Error(
        `Cannot generate code from proto: exit code 0 is expected, received ${run.stdout}${run.stderr}`,
      )
    }
    return compareTrees(readTree(join(folder, GENERATED)), readTree(join(root, GENERATED)))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The files in which `committed` differs from `generated`. */
export function compareTrees(generated: Tree, committed: Tree): Violation[] {
  const at = (path: string, message: string): Violation => ({
    path: `${GENERATED}/${path}`,
    line: 1,
    message,
  })
  if (generated.size === 0) return [at('', 'Make the generator write here: it wrote nothing')]
  const stale = [...generated].filter(([path, text]) => committed.get(path) !== text)
  const left = [...committed.keys()].filter((path) => !generated.has(path))
  return [
    ...stale.map(([path]) => at(path, `${FIX}: this file does not follow from proto/`)),
    ...left.map((path) => at(path, `${FIX}: nothing in proto/ makes this file any more`)),
  ]
}

function readTree(folder: string): Tree {
  return new Map(
    globSync('**/*.ts', { cwd: folder }).map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
  )
}
