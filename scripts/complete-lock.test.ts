import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { missingEntries } from './complete-lock.mjs'

test('missingEntries is empty for package-lock.json (else: npm run complete-lock)', () => {
  const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'))
  expect(missingEntries(lock.packages)).toEqual({})
})

test('missingEntries names what npm left out, with the platform that keeps it from being fetched', () => {
  const tool = {
    dev: true,
    optionalDependencies: {
      '@tool/linux-x64': '1.0.0',
      '@tool/darwin-64': '1.0.0',
      '@tool/linux-arm64-musl': '1.0.0',
    },
  }
  const packages = { '': {}, 'node_modules/tool': tool, 'node_modules/@tool/linux-x64': {} }
  expect(missingEntries(packages)).toEqual({
    'node_modules/@tool/darwin-64': {
      version: '1.0.0',
      cpu: ['x64'],
      os: ['darwin'],
      dev: true,
      optional: true,
    },
    'node_modules/@tool/linux-arm64-musl': {
      version: '1.0.0',
      cpu: ['arm64'],
      libc: ['musl'],
      os: ['linux'],
      dev: true,
      optional: true,
    },
  })
})

test('missingEntries finds a package that is nested below its user', () => {
  const packages = {
    'node_modules/tool': { optionalDependencies: { '@tool/linux-x64': '1.0.0' } },
    'node_modules/tool/node_modules/@tool/linux-x64': {},
  }
  expect(missingEntries(packages)).toEqual({})
})

test('missingEntries refuses a name that does not tell its platform', () => {
  const packages = { 'node_modules/tool': { optionalDependencies: { helper: '1.0.0' } } }
  expect(() => missingEntries(packages)).toThrow('a name must tell its platform, received helper')
})
