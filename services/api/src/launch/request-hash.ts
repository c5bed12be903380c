import { createHash } from 'node:crypto'

/** SHA-256 of what a request asks for; the order of members does not matter, absent ones do not count. */
export const requestHash = (input: object): Uint8Array =>
  createHash('sha256').update(canonicalJson(input)).digest()

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([first], [second]) => (first < second ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}
