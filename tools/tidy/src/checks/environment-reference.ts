import type { Node } from 'oxc-parser'
import { isSource, lineAt, type SourceFile, type Violation } from '../source-file.ts'
import { visit } from '../syntax.ts'

const REFERENCE = 'docs/reference/environment.md'
const VARIABLE = /^(?:HOMEPORT|ECS)_[A-Z0-9_]+$/
/** A variable is documented by a table row or a heading that opens with it. */
const DOCUMENTED = /^(?:\|\s*|#{2,6}\s+)`((?:HOMEPORT|ECS)_[A-Z0-9_]+)`/gm

interface Mention {
  readonly name: string
  readonly path: string
  readonly line: number
}

/** The environment variables that the code reads are those of the reference page. */
export function environmentReference(files: readonly SourceFile[]): Violation[] {
  const read = files.filter(isSource).flatMap(variablesRead)
  const reference = files.find((file) => file.path === REFERENCE)
  const documented = reference === undefined ? [] : variablesDocumented(reference)
  const readNames = new Set(read.map(({ name }) => name))
  const documentedNames = new Set(documented.map(({ name }) => name))
  return [
    ...read
      .filter(({ name }) => !documentedNames.has(name))
      .map(({ name, path, line }) => ({ path, line, message: `Add a row for \`${name}\` to ${REFERENCE}` })),
    ...documented
      .filter(({ name }) => !readNames.has(name))
      .map(({ name, path, line }) => ({ path, line, message: `Delete ${name}: nothing reads it` })),
  ]
}

/** A name is read where it is a member, an argument, or the `variable` of a rule; an object's key is none of them. */
function variablesRead(file: SourceFile): Mention[] {
  const mentions: Mention[] = []
  const add = (node: Node): void => {
    const name = node.type === 'Identifier' ? node.name : node.type === 'Literal' ? node.value : undefined
    if (typeof name !== 'string' || !VARIABLE.test(name)) return
    mentions.push({ name, path: file.path, line: lineAt(file.text, node.start) })
  }
  visit(file, {
    MemberExpression({ property, computed }) {
      if (!computed || property.type === 'Literal') add(property)
    },
    CallExpression({ arguments: given }) {
      for (const argument of given) if (argument.type === 'Literal') add(argument)
    },
    Property({ key, value }) {
      if (key.type === 'Identifier' && key.name === 'variable') add(value)
    },
  })
  return mentions
}

function variablesDocumented(file: SourceFile): Mention[] {
  return [...file.text.matchAll(DOCUMENTED)].map((match) => ({
    name: match[1] ?? '',
    path: file.path,
    line: lineAt(file.text, match.index),
  }))
}
