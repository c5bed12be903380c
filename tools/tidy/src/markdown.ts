import { posix } from 'node:path'
import { lineAt, type SourceFile } from './source-file.ts'

/** One link of a Markdown file. */
export interface MarkdownLink {
  /** As written. */
  readonly target: string
  /** The file or folder that it leads to, relative to the repository; undefined for a link out of it. */
  readonly path: string | undefined
  /** The part after `#`; undefined when there is none. */
  readonly anchor: string | undefined
  readonly line: number
}

const LINK = /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s+(\S+)/gm
const CODE = /^(```|~~~)[\s\S]*?^\1|`[^`\n]*`/gm

/** The links of a file in the order of its text; what stands in code is no link. */
export function linksIn(file: SourceFile): MarkdownLink[] {
  return [...withoutCode(file.text).matchAll(LINK)].map((match) => {
    const target = match[1] ?? match[2] ?? ''
    const line = lineAt(file.text, match.index)
    const [path = '', anchor] = target.split('#', 2)
    if (/^[a-z][a-z+.-]*:/i.test(target)) return { target, path: undefined, anchor: undefined, line }
    const resolved = path === '' ? file.path : posix.join(posix.dirname(file.path), decodeURIComponent(path))
    return { target, path: resolved.replace(/\/$/, ''), anchor, line }
  })
}

/** The anchors that headings get on a code host: lower case, punctuation dropped, spaces to hyphens. */
export function anchorsOf(file: SourceFile): Set<string> {
  const headings = file.text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)
  const anchors = new Set<string>()
  for (const [, heading = ''] of headings) {
    const base = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-')
    let anchor = base
    for (let repeat = 1; anchors.has(anchor); repeat++) anchor = `${base}-${repeat}`
    anchors.add(anchor)
  }
  return anchors
}

/** Blanks code out and keeps every position. */
function withoutCode(text: string): string {
  return text.replace(CODE, (code) => code.replace(/[^\n]/g, ' '))
}
