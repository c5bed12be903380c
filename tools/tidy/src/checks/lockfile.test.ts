import { expect, test } from 'vitest'
import { lockfile } from './lockfile.ts'

const check = (text: string) => lockfile([{ path: 'package-lock.json', text }])

test('lockfile reports an entry when it says where a package was fetched', () => {
  expect(check('{\n"resolved": "https://example.com/a.tgz"\n}')).toMatchObject([{ line: 2 }])
  expect(check('{"resolved": "git+ssh://git@example.com/a.git"}')).toHaveLength(1)
})

test('lockfile accepts entries when they are hashes and workspaces', () => {
  expect(check('{"integrity": "sha512-x", "resolved": "packages/base"}')).toEqual([])
})

test('lockfile reports the repository when there is no lock file', () => {
  expect(lockfile([])).toHaveLength(1)
})
