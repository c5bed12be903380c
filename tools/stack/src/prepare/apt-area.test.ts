import { expect, test } from 'vitest'
import { parseCandidate, parseMirror } from './apt-area.ts'

const POLICY = `nats-server:
  Installed: (none)
  Candidate: 2.9.10-1+b3
  Version table:
     2.9.10-1+b3 500
        500 http://mirror.example/debian bookworm/main amd64 Packages
`

test('parseCandidate reads the version that apt would install', () => {
  expect(parseCandidate(POLICY)).toBe('2.9.10-1+b3')
})

test.each([
  ['apt does not know the package', ''],
  ['no source has it', POLICY.replace('2.9.10-1+b3', '(none)')],
])('parseCandidate answers undefined when %s', (_what, policy) => {
  expect(parseCandidate(policy)).toBeUndefined()
})

test('parseMirror finds the mirror of the release itself among updates, security and other vendors', () => {
  const targets = [
    'Vendor bookworm main https://vendor.example/apt/',
    'Debian bookworm-updates main http://updates.example/debian/',
    'Debian bookworm contrib http://contrib.example/debian/',
    'Debian bookworm main http://mirror.example/debian/',
    'Debian bookworm-security main http://security.example/debian-security/',
  ].join('\n')
  expect(parseMirror(targets, 'bookworm')).toBe('http://mirror.example/debian/')
  expect(parseMirror(targets, 'trixie')).toBeUndefined()
})
