import { isTypeScript, lineAt, type SourceFile, type Violation } from '../source-file.ts'
import { syntaxOf } from '../syntax.ts'

const CODE = /\.(ts|mts|js|mjs|cjs|sh|proto|ya?ml|css|html)$|(^|\/)Dockerfile$|^\.ci\//
const LOOSE_END = /\b(?:TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))/g
const HASH_OR_SLASHES = /(?:^|\s)(?:#|\/\/|\/?\*)\s.*$/gm
const MESSAGE = 'Finish it, or name the issue that will: TODO(#123)'

/** A loose end in a comment names its issue. */
export function todoIssue(files: readonly SourceFile[]): Violation[] {
  return files
    .filter((file) => CODE.test(file.path) && !file.path.includes('/gen/'))
    .flatMap((file) =>
      commentsOf(file).flatMap(({ text, offset }) =>
        [...text.matchAll(LOOSE_END)].map((match) => ({
          path: file.path,
          line: lineAt(file.text, offset + match.index),
          message: MESSAGE,
        })),
      ),
    )
}

function commentsOf(file: SourceFile): { text: string; offset: number }[] {
  if (isTypeScript(file)) {
    return syntaxOf(file).comments.map((comment) => ({ text: comment.value, offset: comment.start + 2 }))
  }
  return [...file.text.matchAll(HASH_OR_SLASHES)].map((match) => ({ text: match[0], offset: match.index }))
}
