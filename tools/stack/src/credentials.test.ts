import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ensureCredentials, generateRootKey, readCredentials } from './credentials.ts'

function temporaryPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'homeport-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'credentials.json')
}

const accountId = '123456789012'

test('ensureCredentials makes a key at the first start and keeps it for its owner alone', () => {
  const path = temporaryPath()
  expect(readCredentials(path)).toBeUndefined()
  const first = ensureCredentials(path, { accountId, rootKey: undefined })
  expect(ensureCredentials(path, { accountId, rootKey: undefined })).toEqual(first)
  expect(readCredentials(path)).toEqual(first)
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('ensureCredentials prefers the key that the user brings', () => {
  const path = temporaryPath()
  ensureCredentials(path, { accountId, rootKey: undefined })
  const rootKey = { accessKeyId: 'AKIABROUGHT', secretAccessKey: 'secret' }
  expect(ensureCredentials(path, { accountId, rootKey })).toEqual({ accountId, ...rootKey })
})

test('generateRootKey gives keys of the form that AWS tools expect', () => {
  const key = generateRootKey()
  expect(key.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/)
  expect(key.secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/)
})
