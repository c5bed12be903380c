import type { Comment, Node, Program, StaticExport, StaticImport, VisitorObject } from 'oxc-parser'
import { parseSync, Visitor } from 'oxc-parser'
import type { SourceFile } from './source-file.ts'

/** A module that another one names, and where. */
export interface ModuleRequest {
  readonly specifier: string
  /** Character position of the statement. */
  readonly offset: number
  /** Whether the import disappears at run time. */
  readonly isTypeOnly: boolean
}

/** What the parser knows of one file. */
export interface Syntax {
  readonly program: Program
  /** In the order of the text. */
  readonly comments: readonly Comment[]
  /** Static imports, re-exports and dynamic imports of a literal. */
  readonly requests: readonly ModuleRequest[]
}

const cache = new WeakMap<SourceFile, Syntax>()

/**
 * Parses a JavaScript or TypeScript file once, however many checks ask for it.
 * @throws {Error} when the text is no valid program: every check would otherwise pass on it.
 */
export function syntaxOf(file: SourceFile): Syntax {
  const known = cache.get(file)
  if (known !== undefined) return known
  const parsed = parseSync(file.path, file.text)
  const [error] = parsed.errors
  if (error !== undefined) throw new Error(`Cannot parse ${file.path}: ${error.message}`)
  const { staticImports, staticExports, dynamicImports } = parsed.module
  const requests = [
    ...staticImports.map(requestOfImport),
    ...staticExports.flatMap(requestOfExport),
    ...dynamicImports.flatMap(({ start, moduleRequest }) => {
      const literal = /^(['"`])([^$]*)\1$/.exec(file.text.slice(moduleRequest.start, moduleRequest.end))
      return literal?.[2] === undefined ? [] : [{ specifier: literal[2], offset: start, isTypeOnly: false }]
    }),
  ]
  const syntax = { program: parsed.program, comments: parsed.comments, requests }
  cache.set(file, syntax)
  return syntax
}

/** Calls the visitor's functions for each node of the file, parents before children. */
export function visit(file: SourceFile, visitor: VisitorObject): void {
  new Visitor(visitor).visit(syntaxOf(file).program)
}

/** The comment that ends directly before a node, with nothing but space between. */
export function commentBefore(file: SourceFile, node: Pick<Node, 'start'>): Comment | undefined {
  return syntaxOf(file).comments.findLast(
    (comment) => comment.end <= node.start && file.text.slice(comment.end, node.start).trim() === '',
  )
}

/** Whether a `/** … *\/` comment stands directly before a node. */
export function hasDoc(file: SourceFile, node: Pick<Node, 'start'>): boolean {
  const comment = commentBefore(file, node)
  return comment?.type === 'Block' && comment.value.startsWith('*')
}

function requestOfImport(statement: StaticImport): ModuleRequest {
  const isTypeOnly = statement.entries.length > 0 && statement.entries.every((entry) => entry.isType)
  return { specifier: statement.moduleRequest.value, offset: statement.start, isTypeOnly }
}

function requestOfExport(statement: StaticExport): ModuleRequest[] {
  const request = statement.entries.find((entry) => entry.moduleRequest !== null)?.moduleRequest
  if (request === undefined || request === null) return []
  const isTypeOnly = statement.entries.every((entry) => entry.isType)
  return [{ specifier: request.value, offset: statement.start, isTypeOnly }]
}
