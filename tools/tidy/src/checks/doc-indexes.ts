import { linksIn } from '../markdown.ts'
import type { SourceFile, Violation } from '../source-file.ts'

/** Folder → the page that lists what is in it. */
const INDEXES = new Map([
  ['docs/design/', 'docs/design/README.md'],
  ['docs/decisions/', 'docs/decisions/README.md'],
  ['docs/checklists/', 'CONTRIBUTING.md'],
])

/** Every page of a documentation folder is linked from the page that lists the folder. */
export function docIndexes(files: readonly SourceFile[]): Violation[] {
  return [...INDEXES].flatMap(([folder, indexPath]) => {
    const index = files.find((file) => file.path === indexPath)
    const listed = new Set(index === undefined ? [] : linksIn(index).map((link) => link.path))
    return files
      .filter(({ path }) => path.startsWith(folder) && path.endsWith('.md') && path !== indexPath)
      .filter(({ path }) => !listed.has(path))
      .map(({ path }) => ({ path, line: 1, message: `Link this page from ${indexPath}` }))
  })
}
