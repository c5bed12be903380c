/**
 * A schema of the client packages, compiled once into the tree that codecs and validation walk.
 *
 * The packages' own schema reader computes traits on each visit; here a member's wire name, kind and
 * flags are plain fields, so that encoding is one property load and one switch per value.
 */

/** Kinds of a leaf. */
export type ScalarKind = 'string' | 'number' | 'boolean' | 'blob' | 'document' | 'timestamp'

/** How JSON, query and XML write a timestamp; `default` leaves it to the protocol. */
export type TimestampFormat = 'default' | 'date-time' | 'http-date' | 'epoch-seconds'

/** A leaf without options. */
interface ScalarShape {
  readonly kind: Exclude<ScalarKind, 'timestamp'>
}

/** A point in time. */
interface TimestampShape {
  readonly kind: 'timestamp'
  readonly format: TimestampFormat
}

/** A list; order matters, nulls inside are dropped. */
export interface ListShape {
  readonly kind: 'list'
  readonly element: Shape
  /** Name of one element in query keys and XML. */
  readonly elementName: string
}

/** A map from strings; order is the sender's. */
export interface MapShape {
  readonly kind: 'map'
  readonly value: Shape
}

/** One member of a structure. */
export interface MemberShape {
  /** Name of the structure that the member is of. */
  readonly structure: string
  /** The name in TypeScript, JSON and CBOR. */
  readonly name: string
  /** The name in query keys and XML. */
  readonly xmlName: string
  /** `"name":`, ready to be written. */
  readonly jsonKey: string
  readonly required: boolean
  readonly shape: Shape
}

/** A structure or, when `union`, a choice of exactly one member. */
export interface StructureShape {
  readonly kind: 'structure'
  readonly name: string
  readonly union: boolean
  /** In the model's order, in which XML is written. */
  readonly members: readonly MemberShape[]
  /** Key: the member's name. */
  readonly byName: ReadonlyMap<string, MemberShape>
}

/** A shape that holds others. */
export type ContainerShape = ListShape | MapShape | StructureShape

/** Any compiled schema. */
export type Shape = ScalarShape | TimestampShape | ContainerShape

/** Tells containers from leaves. */
export function isContainer(shape: Shape): shape is ContainerShape {
  return shape.kind === 'list' || shape.kind === 'map' || shape.kind === 'structure'
}
