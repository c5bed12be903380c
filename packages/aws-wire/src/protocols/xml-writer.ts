import { assertNever, InvariantError } from '@homeport/base'
import type { Shape, StructureShape } from '../shapes/shape.ts'
import { timestampText } from './timestamps.ts'

// oxlint-disable-next-line no-control-regex -- finding them is its purpose
const NEEDS_ESCAPE = /[&<>"'\r\n\t\u0085\u2028\u0000-\u001f\ufffe\uffff]/
const ESCAPED = /[&<>"'\r\n\t\u0085\u2028]/g
/** XML 1.0 has no way to write these at all. */
// oxlint-disable-next-line no-control-regex -- finding them is its purpose
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

/** Escapes text for element content and attributes; what XML can't hold becomes U+FFFD. */
export function escapeXml(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return text
  return text
    .replace(UNWRITABLE, '\ufffd')
    .replace(ESCAPED, (character) => `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`)
}

/** Writes the members of a structure, without an element around them, in the model's order. */
export function writeXmlMembers(shape: StructureShape, value: object): string {
  const source = value as Record<string, unknown>
  let text = ''
  for (const member of shape.members) {
    const item = source[member.name]
    if (item === undefined || item === null) continue
    text += `<${member.xmlName}>${writeContent(member.shape, item)}</${member.xmlName}>`
  }
  return text
}

function writeContent(shape: Shape, value: unknown): string {
  switch (shape.kind) {
    case 'string':
      return escapeXml(String(value))
    case 'boolean':
    case 'number':
      return String(value)
    case 'timestamp':
      return timestampText(value as Date, shape.format)
    case 'blob':
      return Buffer.from(value as Uint8Array).toString('base64')
    case 'list':
      return writeList(shape.elementName, shape.element, value as readonly unknown[])
    case 'map':
      return writeMap(shape.value, value as Readonly<Record<string, unknown>>)
    case 'structure':
      return writeXmlMembers(shape, value as object)
    case 'document':
      throw new InvariantError('Cannot write XML: documents have no XML form')
    default:
      return assertNever(shape, 'shape')
  }
}

function writeList(name: string, element: Shape, items: readonly unknown[]): string {
  let text = ''
  for (const item of items) {
    if (item === undefined || item === null) continue
    text += `<${name}>${writeContent(element, item)}</${name}>`
  }
  return text
}

function writeMap(valueShape: Shape, entries: Readonly<Record<string, unknown>>): string {
  let text = ''
  for (const key of Object.keys(entries)) {
    const item = entries[key]
    if (item === undefined || item === null) continue
    text += `<entry><key>${escapeXml(key)}</key><value>${writeContent(valueShape, item)}</value></entry>`
  }
  return text
}
