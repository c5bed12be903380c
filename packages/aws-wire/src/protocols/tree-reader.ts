import { assertNever } from '@homeport/base'
import type { ListShape, MapShape, Shape, StructureShape } from '../shapes/shape.ts'
import { containerMismatch, leafMismatch, NESTING_MAX, tooDeep } from './mismatch.ts'

/** How a protocol with typed trees (JSON, CBOR) represents the leaves that the tree has no type for. */
export interface LeafReader {
  /** @returns undefined when `value` is no number. */
  readonly number: (value: unknown) => number | undefined
  /** @returns undefined when `value` is no timestamp. */
  readonly timestamp: (value: unknown) => Date | undefined
  /** @returns undefined when `value` is no blob. */
  readonly blob: (value: unknown) => Uint8Array | undefined
}

/**
 * Reads a parsed JSON or CBOR tree as an operation's input: checks every type and converts leaves.
 * Members that the model doesn't know and nulls are dropped, as AWS drops them.
 */
export class TreeReader {
  readonly #leaves: LeafReader

  constructor(leaves: LeafReader) {
    this.#leaves = leaves
  }

  /** @throws {MismatchError} when `value` doesn't fit `shape`. */
  structure(shape: StructureShape, value: unknown, depth: number = 0): Record<string, unknown> {
    if (depth > NESTING_MAX) throw tooDeep()
    const source = asRecord(value)
    const result: Record<string, unknown> = {}
    for (const key of Object.keys(source)) {
      const member = shape.byName.get(key)
      const item = source[key]
      if (member !== undefined && item !== null && item !== undefined) {
        result[key] = this.#read(member.shape, item, depth + 1)
      }
    }
    return result
  }

  #read(shape: Shape, value: unknown, depth: number): unknown {
    switch (shape.kind) {
      case 'string':
        return converted(asString(value), value, 'String')
      case 'boolean':
        return converted(asBoolean(value), value, 'Boolean')
      case 'number':
        return converted(this.#leaves.number(value), value, 'Integer')
      case 'timestamp':
        return converted(this.#leaves.timestamp(value), value, 'milliseconds since epoch')
      case 'blob':
        return converted(this.#leaves.blob(value), value, 'ByteBuffer')
      case 'document':
        return checkedDocument(value, depth)
      case 'list':
        return this.#list(shape, value, depth)
      case 'map':
        return this.#map(shape, value, depth)
      case 'structure':
        return this.structure(shape, value, depth)
      default:
        return assertNever(shape, 'shape')
    }
  }

  #list(shape: ListShape, value: unknown, depth: number): unknown[] {
    if (!Array.isArray(value)) throw containerMismatch(value, 'list')
    const result: unknown[] = []
    for (const item of value) {
      if (item !== null && item !== undefined) result.push(this.#read(shape.element, item, depth + 1))
    }
    return result
  }

  #map(shape: MapShape, value: unknown, depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = {}
    for (const [key, item] of Object.entries(asRecord(value))) {
      if (item !== null && item !== undefined) setEntry(result, key, this.#read(shape.value, item, depth + 1))
    }
    return result
  }
}

/** Sets a key that the sender chose: `__proto__` too becomes an ordinary entry. */
export function setEntry(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    target[key] = value
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw containerMismatch(value, 'structure')
  }
  return value as Record<string, unknown>
}

function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function asBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

/** Documents have no shape that bounds them; whoever walks them later recurses too. */
function checkedDocument(value: unknown, depth: number): unknown {
  if (depth > NESTING_MAX) throw tooDeep()
  if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) checkedDocument(item, depth + 1)
  }
  return value
}

function converted<T>(result: T | undefined, value: unknown, expected: string): T {
  if (result === undefined) throw leafMismatch(value, expected)
  return result
}
