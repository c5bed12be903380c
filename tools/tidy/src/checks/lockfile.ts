import { lineAt, type SourceFile, type Violation } from '../source-file.ts'

const LOCATION = /"resolved":\s*"[a-z+]+:/g

/** The lock file pins packages by hash, not by the address that one machine fetched them from. */
export function lockfile(files: readonly SourceFile[]): Violation[] {
  const file = files.find(({ path }) => path === 'package-lock.json')
  if (file === undefined) return [{ path: 'package-lock.json', line: 1, message: 'Commit the lock file' }]
  return [...file.text.matchAll(LOCATION)].map((match) => ({
    path: file.path,
    line: lineAt(file.text, match.index),
    message: 'Run npm install with the .npmrc of this repository: it leaves addresses out',
  }))
}
