import { expect, test } from 'vitest'
import { privateDetails } from './private-details.ts'

const check = (text: string) =>
  privateDetails(['/checkouts/mine'])([{ path: 'docs/a.md', text: `x\n${text}` }])
/** Keeps this file itself free of what it plants. */
const glue = (...parts: readonly string[]): string => parts.join('')

test('privateDetails reports secrets, machine paths and registries when a file holds them', () => {
  const planted = [
    glue('AK', 'IA', 'ABCDEFGHIJKLMNOP'),
    glue('-----BEGIN RSA ', 'PRIVATE KEY-----\n', 'MIIEvQIBADANBgkqh'),
    glue('-----BEGIN ', 'PRIVATE KEY-----\\n', 'MIIEvQIBADANBgkqh'),
    glue('gh', 'p_', 'a'.repeat(36)),
    glue('see /ho', 'me/alice/project'),
    glue('"/Us', 'ers/Alice/project"'),
    glue('key=/ro', 'ot/.ssh/id'),
    glue('C:\\Us', 'ers\\Alice'),
    glue('https://regis', 'try.example.com/left-pad'),
    glue('http://n', 'pm.example.com/'),
    glue('"regis', 'try.npmjs.org"'),
    '/checkouts/mine/docs',
  ]
  for (const text of planted) expect(check(text), text).toMatchObject([{ path: 'docs/a.md', line: 2 }])
})

test('privateDetails accepts a text when it only resembles them', () => {
  const fine = [
    'AKIAIOSFODNN7EXAMPLE',
    '-----BEGIN CERTIFICATE-----',
    '`-----BEGIN PRIVATE KEY-----\\n${lines}`',
    'services/home/page and ~/home and ./root/x',
    'GET /root',
    '/checkouts/mineral',
    'the npm registry, an image registry',
    'https://docs.npmjs.com/cli',
  ]
  for (const text of fine) expect(check(text), text).toEqual([])
})
