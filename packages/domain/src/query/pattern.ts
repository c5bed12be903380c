/**
 * Whole-value matching of patterns that users write, in time that is linear in the value.
 *
 * Intuition: the engine's own regular expressions backtrack, and a hostile pattern takes them longer than the
 * universe lasts; one user's constraint must not stop the scheduler for everybody.
 * Model: Thompson's construction. The pattern becomes a small program; all its positions advance together, one
 * character at a time, so the work is characters times positions.
 * Rejected: refusing patterns that look dangerous, which refuses harmless ones and misses others.
 */
import { type CharacterSet, type PatternNode, parsePattern } from './pattern-syntax.ts'
import { unreadable } from './syntax.ts'

/** Positions of one pattern; with values of 128 characters, the longest that attributes have, a match takes 5 ms at most. */
const POSITIONS_MAX = 500

type Position =
  | { readonly kind: 'accept' }
  | { readonly kind: 'character'; readonly accepts: CharacterSet; readonly next: number }
  | { readonly kind: 'start' | 'end'; readonly next: number }
  | { readonly kind: 'split'; readonly next: number; other: number }

/**
 * Compiles a pattern that a whole value must match.
 * @throws {QuerySyntaxError} when it is no regular expression, or a larger one than is allowed.
 */
export function compilePattern(text: string): (value: string) => boolean {
  const program = new Program(text)
  const first = program.add(parsePattern(text), program.push({ kind: 'accept' }))
  return (value) => program.matches(value, first)
}

class Program {
  readonly #text: string
  readonly #positions: Position[] = []

  constructor(text: string) {
    this.#text = text
  }

  push(position: Position): number {
    if (this.#positions.length === POSITIONS_MAX)
      throw unreadable(`"${this.#text}" is too large a regular expression`)
    return this.#positions.push(position) - 1
  }

  /** Adds what matches `node` and then goes on at `next`. @returns where it starts. */
  add(node: PatternNode, next: number): number {
    switch (node.kind) {
      case 'empty':
        return next
      case 'character':
        return this.push({ kind: 'character', accepts: node.accepts, next })
      case 'start':
      case 'end':
        return this.push({ kind: node.kind, next })
      case 'sequence':
        return this.add(node.left, this.add(node.right, next))
      case 'choice':
        return this.push({
          kind: 'split',
          next: this.add(node.left, next),
          other: this.add(node.right, next),
        })
      case 'repeat':
        return this.#addRepeat(node, next)
    }
  }

  #addRepeat(node: Extract<PatternNode, { kind: 'repeat' }>, next: number): number {
    let start = next
    if (node.maximum === undefined) {
      const loop: Extract<Position, { kind: 'split' }> = { kind: 'split', next, other: next }
      start = this.push(loop)
      loop.other = this.add(node.inner, start)
    } else {
      for (let count = node.minimum; count < node.maximum; count++) {
        start = this.push({ kind: 'split', next, other: this.add(node.inner, start) })
      }
    }
    for (let count = 0; count < node.minimum; count++) start = this.add(node.inner, start)
    return start
  }

  matches(value: string, first: number): boolean {
    const codePoints = Array.from(value, (character) => character.codePointAt(0) ?? 0)
    let current = this.#closure([first], { isStart: true, isEnd: codePoints.length === 0 })
    for (const [index, codePoint] of codePoints.entries()) {
      const advanced: number[] = []
      for (const position of current) {
        const at = this.#positions[position]
        if (at?.kind === 'character' && at.accepts(codePoint)) advanced.push(at.next)
      }
      current = this.#closure(advanced, { isStart: false, isEnd: index === codePoints.length - 1 })
    }
    return current.has(0)
  }

  /** Everything that is reached without taking a character. Position 0 is `accept`. */
  #closure(
    from: readonly number[],
    edge: { readonly isStart: boolean; readonly isEnd: boolean },
  ): Set<number> {
    const reached = new Set<number>()
    const open = [...from]
    for (let position = open.pop(); position !== undefined; position = open.pop()) {
      if (reached.has(position)) continue
      reached.add(position)
      const at = this.#positions[position]
      if (at?.kind === 'split') open.push(at.next, at.other)
      else if ((at?.kind === 'start' && edge.isStart) || (at?.kind === 'end' && edge.isEnd))
        open.push(at.next)
    }
    return reached
  }
}
