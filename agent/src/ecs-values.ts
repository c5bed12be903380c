/** The forms in which the ECS agent's variables are written. */
import { EnvironmentError } from '@homeport/runtime'

const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const

/** A duration as Go writes it: `3h`, `1m30s`, `500ms`. */
export const DURATION: RegExp = /^(?:\d+(?:\.\d+)?(?:ms|h|m|s))+$/

/** Milliseconds of a text that `DURATION` matches. */
export function parseDurationMs(text: string): number {
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)
  return [...parts].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS],
    0,
  )
}

/** A JSON list of whole numbers. @throws {EnvironmentError} when it is none. */
export const parsePorts = (name: string, text: string): number[] =>
  parseJson(name, text, 'must be a JSON list of ports', (value): value is number[] =>
    isListOf(value, (item): item is number => Number.isInteger(item)),
  )

/** A JSON list of texts. @throws {EnvironmentError} when it is none. */
export const parseTexts = (name: string, text: string): string[] =>
  parseJson(name, text, 'must be a JSON list of strings', (value): value is string[] =>
    isListOf(value, (item): item is string => typeof item === 'string'),
  )

/** A JSON object of texts. @throws {EnvironmentError} when it is none. */
export const parseTextMap = (name: string, text: string): Record<string, string> =>
  parseJson(
    name,
    text,
    'must be a JSON object of strings',
    (value): value is Record<string, string> =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((item) => typeof item === 'string'),
  )

const isListOf = <T>(value: unknown, isItem: (item: unknown) => item is T): value is T[] =>
  Array.isArray(value) && value.every(isItem)

function parseJson<T>(
  name: string,
  text: string,
  ...[constraint, isValid]: [constraint: string, isValid: (value: unknown) => value is T]
): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (isValid(value)) return value
  throw new EnvironmentError([`Cannot use ${name}: ${constraint}, received ${JSON.stringify(text)}`])
}

/** The variables of a file like /etc/ecs/ecs.config: `NAME=value` lines, `#` comments, quotes around values. */
export function parseConfigFile(text: string): Record<string, string> {
  const lines = text.split('\n').map((line) => line.trim())
  const assignments = lines.flatMap((line) => {
    const match = /^(?:export\s+)?(?<name>[A-Za-z_]\w*)\s*=\s*(?<value>.*)$/.exec(line)
    const { name, value } = match?.groups ?? {}
    return name === undefined || value === undefined ? [] : [[name, withoutQuotes(value)] as const]
  })
  return Object.fromEntries(assignments)
}

const withoutQuotes = (value: string): string =>
  /^(["'])(?<inner>.*)\1$/.exec(value)?.groups?.['inner'] ?? value
