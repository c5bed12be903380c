import { createHash, X509Certificate } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededIds, seededRandom } from '@homeport/runtime'
import { createFakeClock } from '@homeport/testkit'
import { describe, expect, it } from 'vitest'
import { openAuthority } from './authority.ts'
import { openJoinSecret } from './join-token.ts'
import { PkiError } from './pki-error.ts'
import { openServerCredential } from './server-credential.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const newFolder = (): string => mkdtempSync(join(tmpdir(), 'pki-'))
const clock = createFakeClock()

describe('openAuthority', () => {
  it('gives the same authority when it is opened again', async () => {
    const folder = newFolder()
    const first = await openAuthority(folder, clock)
    const second = await openAuthority(folder, clock)
    expect(second.certificatePem).toBe(first.certificatePem)
    expect(second.fingerprint).toBe(
      createHash('sha256').update(new X509Certificate(first.certificatePem).raw).digest('hex'),
    )
  })

  it('starts over when it was interrupted before the certificate was written', async () => {
    const folder = newFolder()
    const first = await openAuthority(folder, clock)
    rmSync(join(folder, 'authority.crt'))
    expect((await openAuthority(folder, clock)).fingerprint).not.toBe(first.fingerprint)
  })

  it('refuses a certificate without its key, with another key or with other content', async () => {
    const folder = newFolder()
    const other = newFolder()
    await openAuthority(folder, clock)
    await openAuthority(other, clock)
    copyFileSync(join(other, 'authority.key'), join(folder, 'authority.key'))
    await expect(openAuthority(folder, clock)).rejects.toThrow('must belong to the key beside it')
    writeFileSync(join(folder, 'authority.key'), 'no key')
    await expect(openAuthority(folder, clock)).rejects.toThrow('must be PEM')
    rmSync(join(folder, 'authority.key'))
    await expect(openAuthority(folder, clock)).rejects.toThrow(PkiError)
  })
})

describe('openServerCredential', () => {
  const open = async (folder: string, names: readonly string[], at = clock) =>
    openServerCredential({ authority: await openAuthority(folder, at), directory: folder, names, clock: at })

  it('issues a certificate for every name and the loopback addresses, followed by its issuer', async () => {
    const folder = newFolder()
    const { certificatePem } = await open(folder, ['gateway.example', '10.0.0.1'])
    const [certificate, issuer] = certificatePem
      .split(/(?<=-----END CERTIFICATE-----\n)/)
      .map((pem) => new X509Certificate(pem))
    expect(certificate?.checkHost('gateway.example')).toBe('gateway.example')
    for (const address of ['10.0.0.1', '127.0.0.1', '::1']) {
      expect(certificate?.checkIP(address)).toBe(address)
    }
    expect(issuer?.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(
      (await openAuthority(folder, clock)).fingerprint,
    )
  })

  it('keeps the certificate while it will do, and renews it for a new name or near its end', async () => {
    const folder = newFolder()
    const first = await open(folder, ['localhost'])
    expect(await open(folder, ['localhost'])).toMatchObject({ certificatePem: first.certificatePem })
    const renamed = await open(folder, ['localhost', 'gateway.example'])
    expect(renamed.certificatePem).not.toBe(first.certificatePem)
    const later = createFakeClock(clock.now() + 626 * DAY_MS)
    const renewed = await open(folder, ['localhost'], later)
    expect(renewed.certificatePem).not.toBe(renamed.certificatePem)
    expect(renewed.expiresAtMs).toBe(later.now() + 825 * DAY_MS)
  })

  it('replaces a certificate that cannot be read', async () => {
    const folder = newFolder()
    await open(folder, ['localhost'])
    writeFileSync(join(folder, 'server.crt'), 'no certificate')
    expect((await open(folder, ['localhost'])).certificatePem).toBe(
      readFileSync(join(folder, 'server.crt'), 'utf8'),
    )
  })
})

describe('openJoinSecret', () => {
  const ids = seededIds(seededRandom(1))

  it('writes a token of the authority when there is no file, and reads it afterwards', async () => {
    const path = join(newFolder(), 'deeper', 'join-token')
    const written = await openJoinSecret({ path, fingerprint: 'f1', ids })
    const [fingerprint, secret = ''] = readFileSync(path, 'utf8').trim().split('.')
    expect(fingerprint).toBe('f1')
    expect(secret).toMatch(/^[0-9a-f]{64}$/)
    const read = await openJoinSecret({ path, fingerprint: 'f1', ids })
    for (const joinSecret of [written, read]) {
      expect(joinSecret.matches(secret)).toBe(true)
      expect(joinSecret.matches(`${secret}0`)).toBe(false)
      expect(joinSecret.matches('')).toBe(false)
    }
  })

  it.each(['', 'f1', 'f1.', 'f1.a.b', 'f2.abc'])('refuses the token %j', async (token) => {
    const path = join(newFolder(), 'join-token')
    writeFileSync(path, token)
    await expect(openJoinSecret({ path, fingerprint: 'f1', ids })).rejects.toThrow(PkiError)
  })
})
