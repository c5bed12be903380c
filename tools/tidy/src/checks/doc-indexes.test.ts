import { expect, test } from 'vitest'
import { docIndexes } from './doc-indexes.ts'

const page = { path: 'docs/design/state.md', text: '# State' }

test('docIndexes reports a page when its index does not link it', () => {
  expect(docIndexes([page])).toMatchObject([{ path: page.path }])
  const index = { path: 'docs/design/README.md', text: 'See `state.md`.' }
  expect(docIndexes([page, index])).toMatchObject([{ path: page.path }])
})

test('docIndexes accepts a page when its index links it', () => {
  const index = { path: 'docs/design/README.md', text: '- [State](state.md#x)' }
  expect(docIndexes([page, index])).toEqual([])
})
