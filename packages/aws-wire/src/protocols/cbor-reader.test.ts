import { describe, expect, test } from 'vitest'
import { readCbor } from './cbor-reader.ts'
import { NESTING_MAX } from './mismatch.ts'

describe('readCbor', () => {
  // Examples of RFC 8949, appendix A.
  const examples: readonly (readonly [hex: string, value: unknown])[] = [
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['1903e8', 1_000],
    ['1a000f4240', 1_000_000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['20', -1],
    ['3903e7', -1_000],
    ['f93c00', 1],
    ['f97bff', 65_504],
    ['f90001', 5.960464477539063e-8],
    ['f9c400', -4],
    ['f97c00', Number.POSITIVE_INFINITY],
    ['f97e00', Number.NaN],
    ['fa47c35000', 100_000],
    ['fb3ff199999999999a', 1.1],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['c11a514b67b0', new Date('2013-03-21T20:04:00Z')],
    ['c1fb41d452d9ec200000', new Date('2013-03-21T20:04:00.500Z')],
    ['4401020304', Buffer.from([1, 2, 3, 4])],
    ['6449455446', 'IETF'],
    ['62c3bc', 'ü'.normalize()],
    ['83010203', [1, 2, 3]],
    ['a26161016162820203', { a: 1, b: [2, 3] }],
    ['5f42010243030405ff', Buffer.from([1, 2, 3, 4, 5])],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
  ]
  test.each(examples)('reads %s', (hex, value) => {
    expect(readCbor(Buffer.from(hex, 'hex'))).toEqual(value)
  })

  test.each([
    ['nothing', ''],
    ['a text cut short', '64494554'],
    ['a list cut short', '8301'],
    ['a length of 2^64 - 1', '9bffffffffffffffff'],
    ['bytes after the value', '0000'],
    ['a reserved head', '1c'],
    ['a key that is no text', 'a10102'],
    ['an unknown tag', 'c24101'],
    ['a text timestamp', 'c16161'],
    ['a timestamp out of range', 'c1fb7e37e43c8800759c'],
    ['a list without end', '9f01'],
    ['a chunk of another kind', '5f6161ff'],
    ['a break outside of anything', 'ff'],
    ['nesting without end', '81'.repeat(NESTING_MAX + 2)],
  ])('refuses %s', (_what, hex) => {
    expect(() => readCbor(Buffer.from(hex, 'hex'))).toThrow(/CBOR|nested/)
  })

  test('keeps a key named __proto__ an entry', () => {
    const value = readCbor(Buffer.from('a1695f5f70726f746f5f5f01', 'hex'))
    expect(Object.entries(value as object)).toEqual([['__proto__', 1]])
  })
})
