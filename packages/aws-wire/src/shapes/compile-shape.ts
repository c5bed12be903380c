import { invariant } from '@homeport/base'
import { NormalizedSchema } from '@smithy/core/schema'
import type { SchemaRef } from '@smithy/types'
import type { MemberShape, ScalarKind, Shape, StructureShape, TimestampFormat } from './shape.ts'

/**
 * Traits that the codecs honour, or that don't change what is on the wire of an RPC protocol.
 * `endpoint` prefixes the client's host name, which a server never sees as a difference.
 */
const KNOWN_TRAITS: ReadonlySet<string> = new Set([
  'awsQueryError',
  'endpoint',
  'error',
  'httpError',
  'idempotencyToken',
  'idempotent',
  'sensitive',
  'streaming',
  'xmlName',
])

const TIMESTAMP_FORMATS: Readonly<Record<number, TimestampFormat>> = {
  4: 'default',
  5: 'date-time',
  6: 'http-date',
  7: 'epoch-seconds',
}

interface MutableStructure {
  readonly kind: 'structure'
  readonly name: string
  readonly union: boolean
  readonly members: MemberShape[]
  readonly byName: Map<string, MemberShape>
}

/** The input or output of an operation that has none. */
export const EMPTY_STRUCTURE: StructureShape = {
  kind: 'structure',
  name: '',
  union: false,
  members: [],
  byName: new Map(),
}

/**
 * Compiles schemas into shapes. Structures are compiled once per compiler, so recursive and shared
 * structures are one object.
 */
export class ShapeCompiler {
  readonly #structures = new Map<unknown, StructureShape>()

  /** @throws {InvariantError} when the schema is neither a structure nor absent. */
  structure(schema: SchemaRef): StructureShape {
    const normalized = NormalizedSchema.of(schema)
    if (normalized.isUnitSchema()) return EMPTY_STRUCTURE
    const shape = this.#compile(normalized)
    invariant(shape.kind === 'structure', `Cannot compile ${normalized.getName()}: not a structure`)
    return shape
  }

  /**
   * @throws {InvariantError} on a type or trait that the codecs don't know: a newly added service needs
   * more than they offer.
   */
  #compile(schema: NormalizedSchema): Shape {
    for (const trait of Object.keys(schema.getMergedTraits())) {
      invariant(
        KNOWN_TRAITS.has(trait),
        `Cannot compile ${schema.getName()}: unknown trait, received ${trait}`,
      )
    }
    if (schema.isStructSchema()) return this.#compileStructure(schema)
    if (schema.isListSchema()) {
      const element = schema.getValueSchema()
      return {
        kind: 'list',
        element: this.#compile(element),
        elementName: element.getMergedTraits().xmlName ?? 'member',
      }
    }
    if (schema.isMapSchema()) return { kind: 'map', value: this.#compile(schema.getValueSchema()) }
    if (schema.isTimestampSchema()) {
      return { kind: 'timestamp', format: TIMESTAMP_FORMATS[Number(schema.getSchema())] ?? 'default' }
    }
    return { kind: scalarKind(schema) }
  }

  #compileStructure(schema: NormalizedSchema): StructureShape {
    const source = schema.getSchema()
    const known = this.#structures.get(source)
    if (known !== undefined) return known
    const shape: MutableStructure = {
      kind: 'structure',
      name: schema.getName() ?? '',
      union: schema.isUnionSchema(),
      members: [],
      byName: new Map(),
    }
    this.#structures.set(source, shape)
    const requiredCount = Array.isArray(source) && typeof source[6] === 'number' ? source[6] : 0
    for (const [name, member] of schema.structIterator()) {
      const compiled: MemberShape = {
        structure: shape.name,
        name,
        xmlName: member.getMergedTraits().xmlName ?? name,
        jsonKey: `${JSON.stringify(name)}:`,
        // The schemas list required members first and say how many they are.
        required: shape.members.length < requiredCount,
        shape: this.#compile(member),
      }
      shape.members.push(compiled)
      shape.byName.set(name, compiled)
    }
    return shape
  }
}

function scalarKind(schema: NormalizedSchema): Exclude<ScalarKind, 'timestamp'> {
  if (schema.isStringSchema()) return 'string'
  if (schema.isBooleanSchema()) return 'boolean'
  if (schema.isNumericSchema()) return 'number'
  if (schema.isBlobSchema()) return 'blob'
  invariant(schema.isDocumentSchema(), `Cannot compile ${schema.getName()}: unknown type`)
  return 'document'
}
