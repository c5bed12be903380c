import type { Expression, PrivateIdentifier, PropertyKey, TSTypeAnnotation } from 'oxc-parser'
import { isSource, lineAt, type SourceFile, type Violation } from '../source-file.ts'
import { visit } from '../syntax.ts'

const QUANTITIES = new Set(
  (
    'timeout interval delay duration deadline ttl age period backoff elapsed latency grace uptime expiry ' +
    'lifetime retention window time timestamp size memory disk payload cpu'
  ).split(' '),
)

/** Words that make a number a moment when they come last. */
const MOMENTS = new Set(['at', 'now', 'since', 'until'])

const UNITS = new Set(
  (
    'ns us ms seconds second minutes minute hours hour days day bytes byte kib mib gib tib units shares vcpus cores ' +
    'rounds percent ratio fraction factor count index items entries records rows lines messages tasks instances'
  ).split(' '),
)

/** A number that is a duration, a moment or a size says its unit, last: `timeoutMs`, `memoryMiB`, `startedAtMs`. */
export function unitSuffix(files: readonly SourceFile[]): Violation[] {
  return files.filter(isSource).flatMap(unitlessNames)
}

function unitlessNames(file: SourceFile): Violation[] {
  const violations: Violation[] = []
  const check = (name: string | undefined, offset: number): void => {
    if (name === undefined || !lacksUnit(name)) return
    const message = `Name the unit of "${name}", last: Ms, Seconds, Bytes, MiB, Units, Count, …`
    violations.push({ path: file.path, line: lineAt(file.text, offset), message })
  }
  visit(file, {
    TSPropertySignature(node) {
      if (isNumber(node.typeAnnotation)) check(keyName(node.key), node.start)
    },
    PropertyDefinition(node) {
      if (isNumber(node.typeAnnotation) || isNumeric(node.value)) check(keyName(node.key), node.start)
    },
    // Parameters and annotated variables.
    Identifier(node) {
      if ('typeAnnotation' in node && isNumber(node.typeAnnotation)) check(node.name, node.start)
    },
    VariableDeclarator({ id, init }) {
      if (id.type === 'Identifier' && !id.typeAnnotation && isNumeric(init)) check(id.name, id.start)
    },
  })
  return violations
}

function keyName(key: PropertyKey): string | undefined {
  return key.type === 'Identifier' || key.type === 'PrivateIdentifier' ? key.name : undefined
}

function isNumber(annotation: TSTypeAnnotation | null | undefined): boolean {
  const type = annotation?.typeAnnotation
  if (type?.type === 'TSUnionType') return type.types.some((member) => member.type === 'TSNumberKeyword')
  return type?.type === 'TSNumberKeyword'
}

/** A number, or arithmetic with one: `5 * MINUTE_MS`. */
function isNumeric(value: Expression | PrivateIdentifier | null): boolean {
  if (value?.type === 'Literal') return typeof value.value === 'number'
  if (value?.type !== 'BinaryExpression') return false
  return /^[-+*/%]$|^\*\*$/.test(value.operator) && (isNumeric(value.left) || isNumeric(value.right))
}

function lacksUnit(name: string): boolean {
  // A collection's own word for its count, and a name that another program's JSON gave.
  if (name === 'size' || /^[a-z]+(_[a-z]+)+$/.test(name)) return false
  const words = name
    .replace(/([KMGT])iB/g, '$1ib')
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('_')
  const isQuantity = words.some((word) => QUANTITIES.has(word)) || MOMENTS.has(words.at(-1) ?? '')
  return isQuantity && !words.some((word) => UNITS.has(word))
}
