import { expect, test } from 'vitest'
import { wildcardExport } from './wildcard-export.ts'

test('wildcardExport reports a re-export when it names nothing', () => {
  const text = "export { a } from './a.ts'\nexport * from './b.ts'\nexport * as c from './c.ts'"
  const lines = wildcardExport([{ path: 'packages/base/src/index.ts', text }]).map(({ line }) => line)
  expect(lines).toEqual([2, 3])
})
