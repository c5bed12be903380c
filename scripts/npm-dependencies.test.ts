import { expect, test } from 'vitest'
import { areDependenciesCurrent } from './npm-dependencies.mjs'

const left = { version: '1.0.0', integrity: 'sha512-a' }
const optional = { version: '2.0.0', integrity: 'sha512-b', optional: true }
const workspace = { resolved: 'packages/base', link: true }
const lock = (packages: object): string => JSON.stringify({ packages })
const wanted = lock({
  '': {},
  'packages/base': { version: '0.1.0' },
  'node_modules/left': left,
  'node_modules/optional': optional,
  'node_modules/@homeport/base': workspace,
})

test.each([
  ['everything is there', { 'node_modules/optional': optional }, true],
  ['an optional package of another platform is missing', {}, true],
  ['a package has another version', { 'node_modules/left': { ...left, version: '0.9.0' } }, false],
  ['a package has another content', { 'node_modules/left': { ...left, integrity: 'sha512-c' } }, false],
  ['a package is left over', { 'node_modules/old': left }, false],
  ['a workspace is an installed copy', { 'node_modules/@homeport/base': left }, false],
])('areDependenciesCurrent when %s', (_what, difference, expected) => {
  const installed = { 'node_modules/left': left, 'node_modules/@homeport/base': workspace, ...difference }
  expect(areDependenciesCurrent(wanted, lock({ 'packages/base': { version: '0.1.0' }, ...installed }))).toBe(
    expected,
  )
})

test('areDependenciesCurrent says no when a package is missing', () => {
  expect(areDependenciesCurrent(wanted, lock({ 'node_modules/@homeport/base': workspace }))).toBe(false)
})

test('areDependenciesCurrent says no when npm has not finished', () => {
  expect(areDependenciesCurrent(wanted, undefined)).toBe(false)
})
