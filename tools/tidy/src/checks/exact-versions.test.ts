import { expect, test } from 'vitest'
import { exactVersions } from './exact-versions.ts'

const check = (name: string, version: string) =>
  exactVersions([
    { path: 'agent/package.json', text: JSON.stringify({ devDependencies: { [name]: version } }) },
  ])

test('exactVersions reports a dependency when its version can move', () => {
  for (const version of ['^1.2.3', '~1.2.3', '*', 'latest', '1.2', '>=1.2.3', 'github:a/b']) {
    expect(check('pino', version), version).toHaveLength(1)
  }
  expect(check('@homeport/base', '0.1.0')).toHaveLength(1)
})

test('exactVersions accepts a dependency when it is pinned or a workspace', () => {
  expect(check('pino', '10.4.0')).toEqual([])
  expect(check('pino', '10.4.0-rc.1')).toEqual([])
  expect(check('@homeport/base', '*')).toEqual([])
})
