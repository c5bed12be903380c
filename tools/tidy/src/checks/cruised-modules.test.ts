import { expect, test } from 'vitest'
import { cruisedModules } from './cruised-modules.ts'

const paths = Array.from({ length: 30 }, (_, index) => `packages/base/src/module-${index}.ts`)
const files = paths.map((path) => ({ path, text: '' }))

test('cruisedModules accepts a cruise when it saw every module', () => {
  expect(cruisedModules(files, new Set(paths))).toEqual([])
})

test('cruisedModules reports each module when the cruise missed it', () => {
  expect(cruisedModules(files, new Set(paths.slice(1)))).toMatchObject([{ path: paths[0] }])
  expect(cruisedModules(files, new Set())).toHaveLength(30)
})

test('cruisedModules reports the walk when it finds next to nothing to compare', () => {
  expect(cruisedModules([], new Set())).toHaveLength(1)
})
