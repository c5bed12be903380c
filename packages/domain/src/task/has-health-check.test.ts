import { expect, test } from 'vitest'
import { hasHealthCheck } from './has-health-check.ts'

const check = { command: ['CMD-SHELL', 'true'] }

test.each([
  ['no container', [], false],
  ['a container without one', [{}], false],
  ['a container with one', [{}, { healthCheck: check }], true],
  ['a container that is not essential', [{ essential: false, healthCheck: check }], false],
  ['one that is switched off', [{ healthCheck: { command: ['NONE'] } }], false],
])('hasHealthCheck is right when there is %s', (_title, containerDefinitions, expected) => {
  expect(hasHealthCheck(JSON.stringify({ containerDefinitions }))).toBe(expected)
})
