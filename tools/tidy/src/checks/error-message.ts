import type { Argument, Class, Expression } from 'oxc-parser'
import { isSource, lineAt, type SourceFile, type Violation } from '../source-file.ts'
import { commentBefore, syntaxOf, visit } from '../syntax.ts'

const ERROR_CLASS = /(Error|Exception)$/
const GRAMMAR = /^Cannot (?:…|[a-z][a-z-]*\b)[^:]*: .*[^.]$/s
const MESSAGE = 'Word it "Cannot <verb> <noun>: <constraint>, received <value>", no full stop'
const WORDED_ELSEWHERE = /\bworded by (AWS|ECS)\b/i

/**
 * The messages of thrown errors follow one grammar.
 * A message is the first text with a space in it among the arguments, or their `message` property.
 * Exempt are error classes whose doc comment says that their texts are "worded by ECS" or "worded by AWS".
 */
export function errorMessage(files: readonly SourceFile[]): Violation[] {
  const sources = files.filter(isSource)
  const exempt = new Set(sources.flatMap(classesWordedElsewhere))
  return sources.flatMap((file) => misworded(file, exempt))
}

function classesWordedElsewhere(file: SourceFile): string[] {
  return syntaxOf(file).program.body.flatMap((statement) => {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    if (declaration?.type !== 'ClassDeclaration' || declaration.id === null) return []
    const doc = commentBefore(file, statement)?.value.replace(/\s*\n\s*\*\s*/g, ' ')
    return doc !== undefined && WORDED_ELSEWHERE.test(doc) ? [declaration.id.name] : []
  })
}

function misworded(file: SourceFile, exempt: ReadonlySet<string>): Violation[] {
  const violations: Violation[] = []
  const isErrorStack: boolean[] = []
  const check = (given: readonly Argument[], offset: number): void => {
    const message = given.map(messageOf).find((text) => text !== undefined)
    if (message === undefined || GRAMMAR.test(message)) return
    violations.push({
      path: file.path,
      line: lineAt(file.text, offset),
      message: `${MESSAGE}; received "${message}"`,
    })
  }
  const enterClass = ({ id, superClass }: Pick<Class, 'id' | 'superClass'>): void => {
    const isError = superClass?.type === 'Identifier' && ERROR_CLASS.test(superClass.name)
    isErrorStack.push(isError && !exempt.has(id?.name ?? ''))
  }
  const leaveClass = (): void => {
    isErrorStack.pop()
  }
  visit(file, {
    ClassDeclaration: enterClass,
    ClassExpression: enterClass,
    'ClassDeclaration:exit': leaveClass,
    'ClassExpression:exit': leaveClass,
    NewExpression({ callee, arguments: given, start }) {
      if (callee.type !== 'Identifier' || exempt.has(callee.name)) return
      if (ERROR_CLASS.test(callee.name)) check(given, start)
    },
    CallExpression({ callee, arguments: given, start }) {
      if (callee.type === 'Super' && isErrorStack.at(-1) === true) check(given, start)
    },
  })
  return violations
}

function messageOf(argument: Argument): string | undefined {
  if (argument.type === 'ObjectExpression') {
    for (const property of argument.properties) {
      const isMessage =
        property.type === 'Property' && property.key.type === 'Identifier' && property.key.name === 'message'
      if (isMessage) return messageOf(property.value)
    }
    return undefined
  }
  const text = argument.type === 'SpreadElement' ? undefined : textOf(argument)
  return text?.includes(' ') === true ? text : undefined
}

/** A text with `…` for what is only known at run time; undefined when nothing of it is written here. */
function textOf(expression: Expression): string | undefined {
  if (expression.type === 'Literal')
    return typeof expression.value === 'string' ? expression.value : undefined
  if (expression.type === 'TemplateLiteral') {
    return expression.quasis.map((quasi) => quasi.value.cooked ?? '').join('…')
  }
  if (expression.type !== 'BinaryExpression' || expression.operator !== '+') return undefined
  const sides = [textOf(expression.left), textOf(expression.right)]
  return sides.every((side) => side === undefined) ? undefined : sides.map((side) => side ?? '…').join('')
}
