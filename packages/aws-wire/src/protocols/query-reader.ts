import { assertNever } from '@homeport/base'
import {
  isContainer,
  type ListShape,
  type MapShape,
  type ScalarKind,
  type Shape,
  type StructureShape,
} from '../shapes/shape.ts'
import { MismatchError, NESTING_MAX, tooDeep } from './mismatch.ts'
import { readTimestamp } from './timestamps.ts'
import { setEntry } from './tree-reader.ts'

/** One step of a dotted form key: its text, when the key ends here, and what continues. */
interface FormNode {
  text: string | undefined
  readonly children: Map<string, FormNode>
}

/**
 * Reads an awsQuery form (`Tags.member.1.Key=a`) as an operation's input. Unknown keys are dropped, list
 * and map positions may have gaps, and `Tags=` is an empty list.
 * @throws {MismatchError} when a text doesn't fit its type.
 */
export function readQueryInput(shape: StructureShape, form: URLSearchParams): Record<string, unknown> {
  const root = newNode()
  for (const [key, text] of form) addEntry(root, key, text)
  return readStructure(shape, root, 0)
}

function newNode(): FormNode {
  return { text: undefined, children: new Map() }
}

/** Keys with more steps than any input has would only build a deep tree that nothing reads. */
const KEY_STEPS_MAX = 4 * NESTING_MAX

function addEntry(root: FormNode, key: string, text: string): void {
  const steps = key.split('.', KEY_STEPS_MAX)
  let node = root
  for (const step of steps) {
    let child = node.children.get(step)
    if (child === undefined) {
      child = newNode()
      node.children.set(step, child)
    }
    node = child
  }
  node.text = text
}

function readStructure(shape: StructureShape, node: FormNode, depth: number): Record<string, unknown> {
  if (depth > NESTING_MAX) throw tooDeep()
  const result: Record<string, unknown> = {}
  for (const member of shape.members) {
    const child = node.children.get(member.xmlName)
    if (child === undefined) continue
    const value = readValue(member.shape, child, depth + 1)
    if (value !== undefined) result[member.name] = value
  }
  return result
}

function readValue(shape: Shape, node: FormNode, depth: number): unknown {
  if (!isContainer(shape)) return node.text === undefined ? undefined : readText(shape.kind, node.text)
  switch (shape.kind) {
    case 'list':
      return readList(shape, node, depth)
    case 'map':
      return readMap(shape, node, depth)
    case 'structure':
      return readStructure(shape, node, depth)
    default:
      return assertNever(shape, 'shape')
  }
}

function readText(kind: ScalarKind, text: string): unknown {
  switch (kind) {
    case 'string':
    case 'document':
      return text
    case 'number':
      return readNumber(text)
    case 'boolean':
      return readBoolean(text)
    case 'timestamp':
      return readDate(text)
    case 'blob':
      return Buffer.from(text, 'base64')
    default:
      return assertNever(kind, 'kind of text')
  }
}

function readList(shape: ListShape, node: FormNode, depth: number): unknown[] {
  const items = node.children.get(shape.elementName) ?? node.children.get('member') ?? newNode()
  return inOrder(items)
    .map((item) => readValue(shape.element, item, depth + 1))
    .filter((item) => item !== undefined)
}

function readMap(shape: MapShape, node: FormNode, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const entry of inOrder(node.children.get('entry') ?? newNode())) {
    const key = entry.children.get('key')?.text
    const value = entry.children.get('value')
    if (key === undefined || value === undefined) continue
    setEntry(result, key, readValue(shape.value, value, depth + 1))
  }
  return result
}

function inOrder(node: FormNode): FormNode[] {
  return [...node.children]
    .filter(([position]) => /^\d+$/.test(position))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child)
}

function readNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || (Number.isNaN(value) && text !== 'NaN')) {
    throw new MismatchError(`Value '${text}' is not a number`)
  }
  return value
}

function readBoolean(text: string): boolean {
  const lower = text.toLowerCase()
  if (lower !== 'true' && lower !== 'false') throw new MismatchError(`Value '${text}' is not a boolean`)
  return lower === 'true'
}

function readDate(text: string): Date {
  const date = readTimestamp(text)
  if (date === undefined) throw new MismatchError(`Value '${text}' is not a timestamp`)
  return date
}
