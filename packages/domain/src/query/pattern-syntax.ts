import { NESTING_MAX, unreadable } from './syntax.ts'

/** Whether a character, by its code point, is one of a set. */
export type CharacterSet = (codePoint: number) => boolean

/** A pattern as a tree. */
export type PatternNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'character'; readonly accepts: CharacterSet }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence' | 'choice'; readonly left: PatternNode; readonly right: PatternNode }
  /** `maximum` absent: without bound. */
  | {
      readonly kind: 'repeat'
      readonly inner: PatternNode
      readonly minimum: number
      readonly maximum?: number
    }

/** Most repetitions that a bound may name, so that a short text is not a huge pattern. */
const REPETITIONS_MAX = 1000

const codeOf = (character: string): number => character.codePointAt(0) ?? 0

const isBetween =
  (first: number, last: number): CharacterSet =>
  (codePoint) =>
    codePoint >= first && codePoint <= last

const isDigit = isBetween(codeOf('0'), codeOf('9'))
const isWord: CharacterSet = (codePoint) => /\w/.test(String.fromCodePoint(codePoint))
const isSpace: CharacterSet = (codePoint) => /\s/.test(String.fromCodePoint(codePoint))
const isNotNewline: CharacterSet = (codePoint) => !/[\n\r\u2028\u2029]/.test(String.fromCodePoint(codePoint))

const not =
  (accepts: CharacterSet): CharacterSet =>
  (codePoint) =>
    !accepts(codePoint)

const ESCAPED_SETS: ReadonlyMap<string, CharacterSet> = new Map([
  ['d', isDigit],
  ['D', not(isDigit)],
  ['w', isWord],
  ['W', not(isWord)],
  ['s', isSpace],
  ['S', not(isSpace)],
])

const ESCAPED_CHARACTERS: ReadonlyMap<string, string> = new Map([
  ['t', '\t'],
  ['n', '\n'],
  ['r', '\r'],
  ['f', '\f'],
])

/**
 * Reads what is common to the regular expressions of Java and JavaScript and needs no look-around.
 * @throws {QuerySyntaxError} for anything else.
 */
export const parsePattern = (text: string): PatternNode => new PatternParser(text).parse()

class PatternParser {
  readonly #text: string
  readonly #characters: readonly string[]
  #index = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
    this.#characters = Array.from(text)
  }

  parse(): PatternNode {
    const node = this.#choice()
    if (this.#index < this.#characters.length) throw this.#refuse()
    return node
  }

  #choice(): PatternNode {
    let left = this.#sequence()
    while (this.#take('|')) left = { kind: 'choice', left, right: this.#sequence() }
    return left
  }

  #sequence(): PatternNode {
    let left: PatternNode = { kind: 'empty' }
    while (!['|', ')', undefined].includes(this.#characters[this.#index])) {
      left = { kind: 'sequence', left, right: this.#repeat() }
    }
    return left
  }

  #repeat(): PatternNode {
    const inner = this.#atom()
    const bounds = this.#bounds()
    if (bounds === undefined) return inner
    if (inner.kind === 'start' || inner.kind === 'end') throw this.#refuse()
    // A lazy quantifier finds the same whole matches.
    this.#take('?')
    return { kind: 'repeat', inner, ...bounds }
  }

  #bounds(): { minimum: number; maximum?: number } | undefined {
    if (this.#take('*')) return { minimum: 0 }
    if (this.#take('+')) return { minimum: 1 }
    if (this.#take('?')) return { minimum: 0, maximum: 1 }
    if (!this.#take('{')) return undefined
    const minimum = this.#number()
    if (this.#take('}')) return { minimum, maximum: minimum }
    if (!this.#take(',')) throw this.#refuse()
    if (this.#take('}')) return { minimum }
    const maximum = this.#number()
    if (!this.#take('}') || maximum < minimum) throw this.#refuse()
    return { minimum, maximum }
  }

  #number(): number {
    let digits = ''
    while (/^[0-9]$/.test(this.#characters[this.#index] ?? '')) digits += this.#next()
    const value = Number.parseInt(digits, 10)
    if (Number.isNaN(value) || value > REPETITIONS_MAX) throw this.#refuse()
    return value
  }

  #atom(): PatternNode {
    const character = this.#next()
    if (character === '(') return this.#group()
    if (character === '[') return { kind: 'character', accepts: this.#class() }
    if (character === '.') return { kind: 'character', accepts: isNotNewline }
    if (character === '^') return { kind: 'start' }
    if (character === '$') return { kind: 'end' }
    if (character === '\\') return { kind: 'character', accepts: this.#escape() }
    if ('*+?{}]'.includes(character)) throw this.#refuse()
    return { kind: 'character', accepts: isBetween(codeOf(character), codeOf(character)) }
  }

  #group(): PatternNode {
    if (this.#take('?') && !this.#take(':')) throw this.#refuse()
    if (++this.#depth > NESTING_MAX) throw this.#refuse()
    const inner = this.#choice()
    if (!this.#take(')')) throw this.#refuse()
    this.#depth--
    return inner
  }

  #escape(): CharacterSet {
    const character = this.#next()
    const set = ESCAPED_SETS.get(character)
    if (set !== undefined) return set
    const plain = ESCAPED_CHARACTERS.get(character) ?? character
    if (/[A-Za-z0-9]/.test(plain)) throw this.#refuse()
    return isBetween(codeOf(plain), codeOf(plain))
  }

  #class(): CharacterSet {
    const isNegative = this.#take('^')
    const sets: CharacterSet[] = []
    while (!this.#take(']')) sets.push(this.#classMember())
    const accepts: CharacterSet = (codePoint) => sets.some((set) => set(codePoint))
    return isNegative ? not(accepts) : accepts
  }

  #classMember(): CharacterSet {
    const first = this.#next()
    // `[` and `&&` have a meaning in Java's classes.
    if (first === '[' || (first === '&' && this.#characters[this.#index] === '&')) throw this.#refuse()
    if (first === '\\') return this.#escape()
    const [dash, last = ''] = this.#characters.slice(this.#index, this.#index + 2)
    if (dash !== '-' || last === ']' || last === '') return isBetween(codeOf(first), codeOf(first))
    if (last === '\\' || codeOf(last) < codeOf(first)) throw this.#refuse()
    this.#index += 2
    return isBetween(codeOf(first), codeOf(last))
  }

  #take(character: string): boolean {
    if (this.#characters[this.#index] !== character) return false
    this.#index++
    return true
  }

  #next(): string {
    const character = this.#characters[this.#index]
    if (character === undefined) throw this.#refuse()
    this.#index++
    return character
  }

  #refuse(): Error {
    return unreadable(`"${this.#text}" is not a regular expression that is understood here`)
  }
}
