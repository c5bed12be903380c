import { readdirSync, readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import type { SourceFile } from './source-file.ts'

/**
 * Reads every text file that is committed or about to be.
 *
 * The tree is walked rather than asked of git, so that an unpacked archive, a checkout that belongs to
 * another user and a file not yet added are checked like any other.
 * @throws {Error} when .gitignore holds a pattern with a path or a negation, which this reader ignores.
 */
export function readRepositoryFiles(root: string): SourceFile[] {
  const ignored = ignoredNames(readFileSync(join(root, '.gitignore'), 'utf8'))
  const files: SourceFile[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      if (ignored.some((pattern) => matchesGlob(entry.name, pattern))) continue
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile()) files.push(...readText(root, path))
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

function ignoredNames(gitignore: string): string[] {
  const names = ['.git']
  for (const line of gitignore.split('\n')) {
    const pattern = line.trim().replace(/\/$/, '')
    if (pattern === '' || pattern.startsWith('#')) continue
    if (/[/!]/.test(pattern)) {
      throw new Error(`Cannot read .gitignore: only names are understood, received ${pattern}`)
    }
    names.push(pattern)
  }
  return names
}

function readText(root: string, path: string): SourceFile[] {
  const text = readFileSync(join(root, path), 'utf8')
  return text.includes('\0') ? [] : [{ path, text }]
}
