import { expect, test } from 'vitest'
import { todoIssue } from './todo-issue.ts'

const check = (path: string, text: string) => todoIssue([{ path, text }])

test('todoIssue reports a loose end when no issue is named', () => {
  for (const word of ['TODO', 'FIXME', 'XXX', 'HACK']) {
    expect(check('agent/src/a.ts', `const a = 1\n// ${word}: later`), word).toMatchObject([{ line: 2 }])
    expect(check('agent/src/a.ts', `/**\n * ${word}(someone) later\n */`), word).toMatchObject([{ line: 2 }])
    expect(check('.ci/run', `set -e\n# ${word} later`), word).toMatchObject([{ line: 2 }])
    expect(check('proto/a.proto', `// ${word} later`), word).toHaveLength(1)
    expect(check('scripts/a.mjs', `run() // ${word} later`), word).toHaveLength(1)
  }
})

test('todoIssue accepts a loose end when it names an issue or is no comment', () => {
  expect(check('agent/src/a.ts', '// TODO(#12): later')).toEqual([])
  expect(check('agent/src/a.ts', "const word = '// TODO later'")).toEqual([])
  expect(check('docs/a.md', 'TODO is what we do not write')).toEqual([])
})
