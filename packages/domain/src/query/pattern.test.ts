import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePattern } from './pattern.ts'
import { QuerySyntaxError } from './syntax.ts'

/** Goal: patterns mean what the engine's regular expressions mean. Method: random patterns against the engine. */
const patterns: fc.Arbitrary<string> = fc.letrec<{
  choice: string
  sequence: string
  repeat: string
  atom: string
}>((tie) => ({
  choice: fc.array(tie('sequence'), { minLength: 1, maxLength: 2 }).map((parts) => parts.join('|')),
  sequence: fc.array(tie('repeat'), { maxLength: 3 }).map((parts) => parts.join('')),
  repeat: fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(tie('atom'), fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,}', '{0,2}', '*?'))
        .map((parts) => parts.join('')),
    },
    { weight: 1, arbitrary: fc.constantFrom('^', '$') },
  ),
  atom: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('a', 'b', '-', '.', '\\.', '\\d', '\\W', '[ab]', '[^a]', '[a-b\\d]', '[-a]'),
    tie('choice').map((inner) => `(${inner})`),
    tie('choice').map((inner) => `(?:${inner})`),
  ),
})).choice

const values = fc.string({ unit: fc.constantFrom('a', 'b', '1', '.', '-', '\n'), maxLength: 6 })

describe('compilePattern', () => {
  test('compilePattern agrees with the engine when patterns are sane', () => {
    fc.assert(
      fc.property(patterns, values, (pattern, value) => {
        // Longer ones may be refused as too large.
        fc.pre(pattern.length <= 30)
        const expected = new RegExp(`^(?:${pattern})$`, 'u').test(value)
        expect({ pattern, value, matches: compilePattern(pattern)(value) }).toEqual({
          pattern,
          value,
          matches: expected,
        })
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['(a+)+$', `${'a'.repeat(128)}!`],
    ['(a|a)*b', 'a'.repeat(128)],
    ['(.*)*x', 'y'.repeat(128)],
    ['(((a?){6}){6}){6}b', 'a'.repeat(128)],
  ])('compilePattern gives an answer when %s would make the engine backtrack for ever', (pattern, value) => {
    expect(compilePattern(pattern)(value)).toBe(false)
  })

  test.each([
    '(',
    ')',
    '[a',
    'a{2',
    'a{2,1}',
    '*a',
    'a**',
    '\\b',
    '(?=a)',
    '(?i)a',
    '\\1',
    '[[a]]',
    '[a&&b]',
    'a{1001}',
    '^*',
    '((a{99}){99}){99}',
    '\\',
  ])('compilePattern throws when given %s', (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(QuerySyntaxError)
  })
})
