import { anchorsOf, linksIn, type MarkdownLink } from '../markdown.ts'
import type { SourceFile, Violation } from '../source-file.ts'

/** Every link between files of the repository leads somewhere, headings included. */
export function links(files: readonly SourceFile[]): Violation[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const folders = new Set(files.flatMap((file) => foldersOf(file.path)))
  return files
    .filter((file) => file.path.endsWith('.md'))
    .flatMap((file) =>
      linksIn(file).flatMap((link) => {
        const fault = faultOf(link, byPath, folders)
        return fault === undefined ? [] : [{ path: file.path, line: link.line, message: fault }]
      }),
    )
}

function faultOf(
  link: MarkdownLink,
  byPath: ReadonlyMap<string, SourceFile>,
  folders: ReadonlySet<string>,
): string | undefined {
  if (link.path === undefined || folders.has(link.path)) return undefined
  const file = byPath.get(link.path)
  if (file === undefined) return `Correct the link "${link.target}": there is no ${link.path}`
  if (link.anchor === undefined || !link.path.endsWith('.md') || anchorsOf(file).has(link.anchor))
    return undefined
  return `Correct the link "${link.target}": ${link.path} has no heading for #${link.anchor}`
}

function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))]
}
