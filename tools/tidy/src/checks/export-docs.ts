import type { Declaration, Statement, TSInterfaceDeclaration } from 'oxc-parser'
import { isSource, lineAt, type SourceFile, type Violation } from '../source-file.ts'
import { hasDoc, syntaxOf } from '../syntax.ts'

const OPTIONS_NAME = /(Options|Config|Settings)$/

/** Every export, and every value among the fields of exported options, carries a doc comment. */
export function exportDocs(files: readonly SourceFile[]): Violation[] {
  return files.filter(isSource).flatMap((file) => {
    const documented = new Set<string>()
    return syntaxOf(file).program.body.flatMap((statement) => checkStatement(file, statement, documented))
  })
}

/** `documented` collects names, so that of several overloads only the first needs a comment. */
function checkStatement(file: SourceFile, statement: Statement, documented: Set<string>): Violation[] {
  if (statement.type !== 'ExportNamedDeclaration' || statement.source !== null) return []
  const at = (offset: number, message: string): Violation => ({
    path: file.path,
    line: lineAt(file.text, offset),
    message,
  })
  if (statement.declaration === null) {
    if (statement.specifiers.length === 0) return []
    return [at(statement.start, 'Write `export` at the declaration, where its doc comment stands')]
  }
  const name = nameOf(statement.declaration)
  const missing: Violation[] = []
  if (!hasDoc(file, statement) && !documented.has(name)) {
    missing.push(at(statement.start, `Document "${name}": /** its contract, not its types again */`))
  }
  documented.add(name)
  if (statement.declaration.type !== 'TSInterfaceDeclaration' || !OPTIONS_NAME.test(name)) return missing
  const fields = undocumentedFields(file, statement.declaration).map(({ offset, field }) =>
    at(offset, `Document "${name}.${field}": unit, range, default, meaning of zero and absent`),
  )
  return [...missing, ...fields]
}

/** A required port (`clock: Clock`) is documented by its type; a value or an optional field is not. */
function undocumentedFields(
  file: SourceFile,
  declaration: TSInterfaceDeclaration,
): { offset: number; field: string }[] {
  return declaration.body.body.flatMap((member) => {
    if (member.type !== 'TSPropertySignature' || member.key.type !== 'Identifier') return []
    const type = member.typeAnnotation?.typeAnnotation.type
    const isPort = !member.optional && (type === 'TSTypeReference' || type === 'TSFunctionType')
    return isPort || hasDoc(file, member) ? [] : [{ offset: member.start, field: member.key.name }]
  })
}

function nameOf(declaration: Declaration): string {
  if (declaration.type === 'VariableDeclaration') {
    const id = declaration.declarations[0]?.id
    return id?.type === 'Identifier' ? id.name : 'these variables'
  }
  if (!('id' in declaration) || declaration.id === null) return declaration.type
  return 'name' in declaration.id ? declaration.id.name : declaration.type
}
