import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { shellQuote } from './shell-quote.ts'

test.each([
  'plain',
  'http://127.0.0.1:4566',
  '',
  'two words',
  "it's",
  '$HOME `id` "x" \\',
  'line\nbreak',
  '*',
  '~',
])('shellQuote gives a shell back the same word when the word is %j', (word) => {
  const read = execFileSync('/bin/sh', ['-c', `printf %s ${shellQuote(word)}`], { encoding: 'utf8' })
  expect(read).toBe(word)
})

test('shellQuote leaves a word alone when it needs no quotes', () => {
  expect(shellQuote('us-east-1')).toBe('us-east-1')
})
