/** ECDSA P-256 keys: small certificates, and a signature costs a fraction of an RSA one. */
import type { webcrypto } from 'node:crypto'

/** A key of the Web Cryptography API, which is what the certificate library works with. */
export type Key = webcrypto.CryptoKey

/** The only kind of key that the authority uses and signs. */
export const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const

const PEM_LINE_LENGTH = 64
const USAGES: ('sign' | 'verify')[] = ['sign', 'verify']

/** A new pair. */
export const generateKeyPair = (): Promise<webcrypto.CryptoKeyPair> =>
  crypto.subtle.generateKey(KEY_ALGORITHM, true, USAGES)

/** The private half as PKCS #8 PEM. */
export async function privateKeyToPem(key: Key): Promise<string> {
  const text = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64')
  const lines = text.match(new RegExp(`.{1,${PEM_LINE_LENGTH}}`, 'g')) ?? []
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`
}

/** The signing key in a PKCS #8 PEM. @throws {DOMException} when it is not a P-256 key. */
export function privateKeyFromPem(pem: string): Promise<Key> {
  const bytes = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  return crypto.subtle.importKey('pkcs8', bytes, KEY_ALGORITHM, false, ['sign'])
}
