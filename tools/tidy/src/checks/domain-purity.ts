import { isSource, lineAt, type SourceFile, type Violation } from '../source-file.ts'
import { visit } from '../syntax.ts'

const AMBIENT = new Set(['Date.now', 'Math.random', 'crypto.randomUUID', 'performance.now'])

/** packages/domain decides and never waits: no async code, no clock, no randomness. */
export function domainPurity(files: readonly SourceFile[]): Violation[] {
  return files
    .filter((file) => isSource(file) && file.path.startsWith('packages/domain/'))
    .flatMap(impurities)
}

function impurities(file: SourceFile): Violation[] {
  const violations: Violation[] = []
  const add = (offset: number, message: string): void => {
    violations.push({ path: file.path, line: lineAt(file.text, offset), message })
  }
  const checkAsync = (node: { readonly async: boolean; readonly start: number }): void => {
    if (node.async) add(node.start, 'Return a plan and let a loop apply it: the domain is not async')
  }
  visit(file, {
    FunctionDeclaration: checkAsync,
    FunctionExpression: checkAsync,
    ArrowFunctionExpression: checkAsync,
    Identifier(node) {
      if (node.name === 'Promise') add(node.start, 'Take and return values: the domain knows no promises')
    },
    MemberExpression({ object, property, computed, start }) {
      if (computed || object.type !== 'Identifier') return
      const name = `${object.name}.${property.name}`
      if (AMBIENT.has(name))
        add(start, `Take the value as a parameter (nowMs, a seed, an id) instead of ${name}`)
    },
    NewExpression({ callee, arguments: given, start }) {
      if (callee.type !== 'Identifier' || callee.name !== 'Date' || given.length > 0) return
      add(start, 'Take nowMs as a parameter instead of new Date()')
    },
  })
  return violations
}
