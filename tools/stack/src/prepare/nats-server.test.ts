import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findNatsServer, parseCodename } from './nats-server.ts'

function fakeServer(version: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'homeport-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'nats-server')
  writeFileSync(path, `#!/bin/sh\necho "nats-server: v${version}"\n`)
  chmodSync(path, 0o755)
  return path
}

test('findNatsServer takes the named server when it is new enough', async () => {
  const path = fakeServer('2.10.27')
  expect(await findNatsServer(path)).toEqual({ path, version: '2.10.27' })
})

test('findNatsServer refuses the named server when it is too old', async () => {
  const path = fakeServer('2.9.10')
  await expect(findNatsServer(path)).rejects.toThrow(
    `Cannot use HOMEPORT_NATS_SERVER: nats-server 2.10 or newer is needed, received ${path} with version 2.9.10`,
  )
})

test('findNatsServer refuses the named server when it does not run', async () => {
  await expect(findNatsServer('/nowhere/nats-server')).rejects.toThrow('which does not run')
})

test.each([
  ['VERSION_CODENAME=bookworm\n', 'bookworm'],
  ['ID=debian\nVERSION_CODENAME="forky"\n', 'forky'],
  ['ID=arch\n', undefined],
])('parseCodename reads %j as %j', (text, codename) => {
  expect(parseCodename(text)).toBe(codename)
})
