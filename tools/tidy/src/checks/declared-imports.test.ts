import { expect, test } from 'vitest'
import { declaredImports } from './declared-imports.ts'

const MANIFESTS = [
  { path: 'package.json', text: '{"devDependencies":{"vitest":"5.1.1"}}' },
  {
    path: 'packages/store/package.json',
    text: '{"dependencies":{"@homeport/base":"*","pino":"1.0.0"},"devDependencies":{"@types/x":"1.0.0","x":"1.0.0"}}',
  },
]
const check = (text: string, path = 'packages/store/src/a.ts') =>
  declaredImports([...MANIFESTS, { path, text }])

test('declaredImports reports an import when the workspace does not list it', () => {
  const undeclared = [
    "import { a } from '@homeport/wire'",
    "export { a } from '@homeport/wire/state'",
    "const a = await import('left-pad')",
    "import 'left-pad/register'",
    "import { x } from 'x'",
    "import { test } from 'vitest'",
    "import { a } from '../../base/src/index.ts'",
  ]
  for (const text of undeclared) expect(check(`\n${text}`), text).toMatchObject([{ line: 2 }])
})

test('declaredImports accepts an import when it is listed, built in or inside the workspace', () => {
  const fine = [
    "import { a } from '@homeport/base'",
    "import { a } from 'pino/file'",
    "import { join } from 'node:path'",
    "import { b } from './b.ts'",
    "import type { X } from 'x'",
    'const a = await import(name)',
  ]
  for (const text of fine) expect(check(text), text).toEqual([])
})

test('declaredImports lets a test use development dependencies when they are listed here or at the root', () => {
  const text = "import { x } from 'x'\nimport { test } from 'vitest'\nimport { y } from 'y'"
  expect(check(text, 'packages/store/src/a.test.ts')).toMatchObject([{ line: 3 }])
})
