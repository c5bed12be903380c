import { isTypeScript, lineAt, type SourceFile, type Violation } from '../source-file.ts'
import { syntaxOf } from '../syntax.ts'

/** A module names what it re-exports, so that its index is its table of contents. */
export function wildcardExport(files: readonly SourceFile[]): Violation[] {
  return files.filter(isTypeScript).flatMap((file) =>
    syntaxOf(file)
      .program.body.filter((statement) => statement.type === 'ExportAllDeclaration')
      .map((statement) => ({
        path: file.path,
        line: lineAt(file.text, statement.start),
        message: 'Name what is exported instead of export *',
      })),
  )
}
