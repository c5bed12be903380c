/**
 * Reads settings from environment variables and reports every mistake at once.
 *
 * Intuition: whoever starts a process with three wrong variables wants to hear of all three.
 * Model: each method gives the value, or notes a problem and gives a placeholder of the right type;
 * `readEnvironment` throws the notes together, so no placeholder ever leaves it.
 * An empty variable counts as absent, because that is what `${NAME:-}` in a compose file produces.
 * Rejected: a schema library, for a dozen variables of five kinds.
 */
import { readFileSync } from 'node:fs'

/** Environment variables by name. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>

/** Settings that cannot be used; the message holds one line per variable. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
  readonly code = 'INVALID_ENVIRONMENT'
  readonly retryable = false
  /** One message per wrong variable. */
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** What an integer variable may be. */
export interface IntegerRange {
  /** Smallest allowed value. */
  readonly minimum: number
  /** Largest allowed value. */
  readonly maximum: number
  /** Used when the variable is absent; without it the variable is required. */
  readonly fallback?: number
}

/** What a text variable may be. */
export interface TextRule {
  /** The whole value must match. */
  readonly pattern: RegExp
  /** The rule in words, as `must be twelve digits`. */
  readonly constraint: string
  /** Used when the variable is absent; without it the variable is required. */
  readonly fallback?: string
}

const PORT_MAX = 65_535
const REQUIRED = 'must be set'

/** Typed access to variables. Only `readEnvironment` makes one. */
export class Environment {
  readonly #variables: EnvironmentVariables
  readonly #problems: string[] = []

  constructor(variables: EnvironmentVariables) {
    this.#variables = variables
  }

  /** What was wrong with the variables read so far. */
  get problems(): readonly string[] {
    return this.#problems
  }

  /** The text, or `undefined` when absent. */
  optional(name: string): string | undefined {
    const value = this.#variables[name]
    return value === '' ? undefined : value
  }

  /** Any text; required unless there is a fallback. */
  string(name: string, fallback?: string): string {
    return this.optional(name) ?? fallback ?? this.#reject(name, REQUIRED, '')
  }

  /** Text of a given form. */
  text(name: string, rule: TextRule): string {
    const value = this.string(name, rule.fallback)
    if (value === '' || rule.pattern.test(value)) return value
    return this.#reject(name, rule.constraint, value)
  }

  /** One of `choices`. */
  choice<Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
    const value = this.optional(name)
    if (value === undefined) return fallback
    const choice = choices.find((candidate) => candidate === value)
    if (choice === undefined) this.#reject(name, `must be one of ${choices.join(', ')}`, value)
    return choice ?? fallback
  }

  /** A whole number in decimal digits. */
  integer(name: string, range: IntegerRange): number {
    const value = this.optional(name)
    if (value === undefined) {
      if (range.fallback === undefined) this.#reject(name, REQUIRED, '')
      return range.fallback ?? range.minimum
    }
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN
    if (number >= range.minimum && number <= range.maximum) return number
    this.#reject(name, `must be an integer from ${range.minimum} to ${range.maximum}`, value)
    return range.minimum
  }

  /** A TCP port, 0 to 65,535; 0 lets the system choose. */
  port(name: string, fallback?: number): number {
    return this.integer(name, {
      minimum: 0,
      maximum: PORT_MAX,
      ...(fallback === undefined ? {} : { fallback }),
    })
  }

  /** `true` or `false`. */
  boolean(name: string, fallback: boolean): boolean {
    return this.choice(name, ['true', 'false'], fallback ? 'true' : 'false') === 'true'
  }

  /** Texts separated by commas, without the blanks around them; at least one. */
  list(name: string, fallback: readonly string[]): string[] {
    const value = this.optional(name)
    if (value === undefined) return [...fallback]
    const items = value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
    if (items.length === 0) this.#reject(name, 'must name at least one item', value)
    return items
  }

  /**
   * A secret: the variable `name` itself, or the first line of the file that `name` + `_FILE` names (a
   * mounted secret). Absent: `undefined`. Its value never appears in a message.
   */
  optionalSecret(name: string): string | undefined {
    const value = this.optional(name)
    const fileVariable = `${name}_FILE`
    const path = this.optional(fileVariable)
    if (path === undefined) return value
    if (value !== undefined) {
      this.#reject(fileVariable, `must not be set together with ${name}`, path)
      return value
    }
    return this.#readSecret(fileVariable, path)
  }

  /** `optionalSecret` that must be there. */
  secret(name: string): string {
    const problemCount = this.#problems.length
    const value = this.optionalSecret(name)
    if (value !== undefined) return value
    return this.#problems.length > problemCount
      ? ''
      : this.#reject(name, `must be set, or ${name}_FILE must name a file that holds it`, '')
  }

  #readSecret(fileVariable: string, path: string): string | undefined {
    let content: string
    try {
      content = readFileSync(path, 'utf8')
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#reject(fileVariable, `must name a readable file (${reason})`, path)
      return undefined
    }
    const line = content.split('\n', 1)[0]?.trim() ?? ''
    if (line !== '') return line
    this.#reject(fileVariable, 'must name a file whose first line holds the secret', path)
    return undefined
  }

  /** Notes the problem and gives a placeholder. */
  #reject(name: string, constraint: string, received: string): string {
    const shown = received === '' ? 'nothing' : JSON.stringify(received)
    this.#problems.push(`Cannot use ${name}: ${constraint}, received ${shown}`)
    return ''
  }
}

/**
 * Builds settings out of `variables`.
 * @param read is called once; what it returns is given back when no variable was wrong.
 * @throws {EnvironmentError} naming every wrong variable.
 */
export function readEnvironment<Settings>(
  variables: EnvironmentVariables,
  read: (environment: Environment) => Settings,
): Settings {
  const environment = new Environment(variables)
  const settings = read(environment)
  // Several services of one process may read the same variable.
  if (environment.problems.length > 0) throw new EnvironmentError([...new Set(environment.problems)])
  return settings
}
