import { expect, test } from 'vitest'
import { isAtLeast, parseVersion } from './versions.ts'

test.each([
  ['nats-server: v2.15.1\n', [2, 15, 1]],
  ['2.9.10-1+b3', [2, 9, 10]],
  ['20.10.24+dfsg1-1+deb12u1+b6', [20, 10, 24]],
  ['(none)', undefined],
  ['', undefined],
])('parseVersion reads %j as %j', (text, version) => {
  expect(parseVersion(text)).toEqual(version)
})

test.each([
  [[2, 10], [2, 10], true],
  [[2, 10, 27], [2, 10], true],
  [[2, 9, 10], [2, 10], false],
  [[3], [2, 10], true],
  [[2], [2, 0, 0], true],
  [[2], [2, 0, 1], false],
])('isAtLeast says of %j and minimum %j: %j', (version, minimum, expected) => {
  expect(isAtLeast(version, minimum)).toBe(expected)
})
