import { NESTING_MAX, unreadable } from './syntax.ts'

/** A piece of a query. `word` is a name, an operator's word or an unquoted literal. */
export interface Token {
  readonly kind: 'end' | 'quoted' | 'symbol' | 'word'
  /** Without quotes. */
  readonly text: string
  /** Index of its first character, from 0. */
  readonly offset: number
}

/** Longest first, so that `!=` is not read as `!`. */
const SYMBOLS = ['==', '!=', '>=', '<=', '=~', '!~', '&&', '||', '>', '<', '!', '(', ')', '[', ']', ',']

const WORD = /[^\s()[\],=!<>&|~'"]+/y
const SPACE = /\s*/y

/** Reads a query piece by piece; patterns are read in their own way, because they may hold any character. */
export class Scanner {
  readonly #text: string
  #offset = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Reads something nested. @throws {QuerySyntaxError} when there are too many in each other. */
  nested<T>(read: () => T): T {
    if (++this.#depth > NESTING_MAX)
      throw unreadable(`more than ${NESTING_MAX} parentheses or negations in each other`)
    const value = read()
    this.#depth--
    return value
  }

  /** The next token, without taking it. */
  peek(): Token {
    const before = this.#offset
    const token = this.next()
    this.#offset = before
    return token
  }

  /** Takes the next token. @throws {QuerySyntaxError} when none can be read. */
  next(): Token {
    this.#skipSpace()
    const offset = this.#offset
    const first = this.#text[offset]
    if (first === undefined) return { kind: 'end', text: '', offset }
    if (first === "'" || first === '"') return this.#quoted(first)
    const symbol = SYMBOLS.find((candidate) => this.#text.startsWith(candidate, offset))
    if (symbol !== undefined) {
      this.#offset += symbol.length
      return { kind: 'symbol', text: symbol, offset }
    }
    WORD.lastIndex = offset
    const text = WORD.exec(this.#text)?.[0]
    if (text === undefined) throw unreadable(`unexpected "${first}" at ${offset + 1}`)
    this.#offset += text.length
    return { kind: 'word', text, offset }
  }

  /** Takes an unquoted pattern: up to white space, `&&`, `||` or an unbalanced `)`, outside of brackets. */
  nextPattern(): Token {
    this.#skipSpace()
    const offset = this.#offset
    const first = this.#text[offset]
    if (first === "'" || first === '"') return this.#quoted(first)
    this.#offset = this.#endOfPattern(offset)
    const text = this.#text.slice(offset, this.#offset)
    return text === '' ? { kind: 'end', text, offset } : { kind: 'word', text, offset }
  }

  #endOfPattern(offset: number): number {
    let depth = 0
    for (let end = offset; end < this.#text.length; end++) {
      const character = this.#text[end] ?? ''
      if (character === '\\') end++
      else if ('(['.includes(character)) depth++
      else if (depth === 0 && this.#endsPattern(end)) return end
      else if (')]'.includes(character)) depth--
    }
    return this.#text.length
  }

  #endsPattern(index: number): boolean {
    const rest = this.#text.slice(index, index + 2)
    return rest === '&&' || rest === '||' || /^[\s)]/.test(rest)
  }

  #quoted(quote: string): Token {
    const offset = this.#offset
    const end = this.#text.indexOf(quote, offset + 1)
    if (end === -1) throw unreadable(`missing ${quote} for the one at ${offset + 1}`)
    this.#offset = end + 1
    return { kind: 'quoted', text: this.#text.slice(offset + 1, end), offset }
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#offset
    this.#offset += SPACE.exec(this.#text)?.[0].length ?? 0
  }
}
