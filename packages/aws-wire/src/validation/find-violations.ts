import { assertNever } from '@homeport/base'
import type { ServiceModel } from '../registry/service-model.ts'
import {
  type ContainerShape,
  isContainer,
  type MemberShape,
  type Shape,
  type StructureShape,
} from '../shapes/shape.ts'
import { ENUM_LINKS, type EnumLinks } from './enum-links.ts'
import type { Violation } from './violation.ts'

/** Violations reported for one request: the text stays readable and the work bounded. */
const VIOLATIONS_MAX = 10

const NO_LINKS: EnumLinks = {}

interface Position {
  readonly path: string
  readonly depth: number
}

/**
 * Finds what an input of the right types lacks or says wrongly, in the model's order.
 * @returns at most `VIOLATIONS_MAX`; empty for a good input.
 */
export function findViolations(
  service: ServiceModel,
  shape: StructureShape,
  input: Readonly<Record<string, unknown>>,
): readonly Violation[] {
  const finder = new ViolationFinder(ENUM_LINKS[service.name] ?? NO_LINKS)
  finder.structure(shape, input, { path: '', depth: 0 })
  return finder.found
}

class ViolationFinder {
  readonly found: Violation[] = []
  readonly #links: EnumLinks

  constructor(links: EnumLinks) {
    this.#links = links
  }

  structure(shape: StructureShape, value: Readonly<Record<string, unknown>>, at: Position): void {
    for (const member of shape.members) {
      if (this.found.length >= VIOLATIONS_MAX) return
      const path = at.path === '' ? member.name : `${at.path}.${member.name}`
      const item = value[member.name]
      if (item !== undefined) this.#member(member, item, { path, depth: at.depth })
      else if (member.required) {
        const place = { path, structure: shape.name, member: member.name, depth: at.depth }
        this.found.push({ kind: 'required', ...place })
      }
    }
  }

  #member(member: MemberShape, value: unknown, at: Position): void {
    const allowed = this.#links[`${member.structure}.${member.name}`]
    if (allowed === undefined) {
      if (isContainer(member.shape)) this.#container(member.shape, value, at)
      return
    }
    const place = { ...at, structure: member.structure, member: member.name, allowed }
    for (const text of stringsOf(member.shape, value)) {
      if (!allowed.includes(text)) this.found.push({ kind: 'enum', ...place, value: text })
    }
  }

  #container(shape: ContainerShape, value: unknown, { path, depth }: Position): void {
    switch (shape.kind) {
      case 'structure':
        this.structure(shape, value as Readonly<Record<string, unknown>>, { path, depth: depth + 1 })
        return
      case 'list':
        if (!isContainer(shape.element)) return
        for (const [index, item] of (value as readonly unknown[]).entries()) {
          this.#container(shape.element, item, { path: `${path}.${index + 1}.member`, depth })
        }
        return
      case 'map':
        if (!isContainer(shape.value)) return
        for (const [key, item] of Object.entries(value as Readonly<Record<string, unknown>>)) {
          this.#container(shape.value, item, { path: `${path}.${key}.member`, depth })
        }
        return
      default:
        assertNever(shape, 'shape')
    }
  }
}

/** The enum texts of a member: itself, a list's elements, or a map's keys. */
function stringsOf(shape: Shape, value: unknown): readonly string[] {
  if (shape.kind === 'list') return value as readonly string[]
  if (shape.kind === 'map') return Object.keys(value as object)
  return [value as string]
}
