import { expect, test } from 'vitest'
import { applyAllowances } from './allowances.ts'

const path = 'agent/src/sample.ts'

/** Runs one check that found a violation on `line` of `text`, and returns what remains of which check. */
function remaining(text: string, line: number): string[] {
  const results = [{ check: 'unit-suffix', violations: [{ path, line, message: 'm' }] }]
  return applyAllowances([{ path, text }], results).flatMap(({ check, violations }) =>
    violations.map(() => check),
  )
}

test('applyAllowances takes a violation out when a comment above or beside it allows it', () => {
  expect(remaining('// tidy-allow(unit-suffix): the protocol names it\nconst delay = 1', 2)).toEqual([])
  expect(remaining('/* tidy-allow(unit-suffix): named by ECS */\n\n// more\nconst delay = 1', 4)).toEqual([])
  expect(remaining('const delay = 1 // tidy-allow(unit-suffix): the protocol names it', 1)).toEqual([])
})

test('applyAllowances keeps a violation when the comment stands elsewhere', () => {
  const text = '// tidy-allow(unit-suffix): the protocol names it\nconst a = 1\nconst delay = 1'
  expect(remaining(text, 3)).toEqual(['unit-suffix', 'allowance'])
  expect(remaining('const a = 1 // tidy-allow(unit-suffix): why\nconst delay = 1', 2)).toEqual([
    'unit-suffix',
    'allowance',
  ])
})

test('applyAllowances covers every line when the whole file is allowed', () => {
  const text = 'const delay = 1\n\n// tidy-allow-file(unit-suffix): the protocol names them\nconst time = 2'
  expect(remaining(text, 1)).toEqual([])
  expect(remaining(text, 4)).toEqual([])
})

test('applyAllowances reports an allowance when it has no reason, no such check or no effect', () => {
  expect(remaining('// tidy-allow(unit-suffix)\nconst delay = 1', 2)).toEqual(['allowance'])
  expect(remaining('// tidy-allow(unit-suffix):\nconst delay = 1', 2)).toEqual(['allowance'])
  expect(remaining('/* tidy-allow(unit-suffix): */\nconst delay = 1', 2)).toEqual(['allowance'])
  expect(remaining('// tidy-allow(unknown): why\nconst delay = 1', 2)).toEqual(['unit-suffix', 'allowance'])
})

test('applyAllowances ignores a marker when it is a string or is only talked about', () => {
  expect(remaining("const a = '// tidy-allow(unit-suffix): why'\nconst delay = 1", 2)).toEqual([
    'unit-suffix',
  ])
  expect(remaining('// Write `tidy-allow(unit-suffix): why`.\nconst delay = 1', 2)).toEqual(['unit-suffix'])
})
