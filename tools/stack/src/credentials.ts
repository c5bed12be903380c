import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import type { RootKey, StackConfig } from './config.ts'
import { StackError } from './stack-error.ts'

/** Who may use the stack. */
export interface Credentials extends RootKey {
  readonly accountId: string
}

const OWNER_ONLY = 0o600

/**
 * The account's root key: the one that the user brings, else the one of the last start, else a new one. What is
 * used is kept at `path` for the next start and for `npm run env`.
 */
export function ensureCredentials(
  path: string,
  config: Pick<StackConfig, 'accountId' | 'rootKey'>,
): Credentials {
  const key = config.rootKey ?? readCredentials(path) ?? generateRootKey()
  const credentials = {
    accountId: config.accountId,
    accessKeyId: key.accessKeyId,
    secretAccessKey: key.secretAccessKey,
  }
  writeFileSync(path, `${JSON.stringify(credentials, undefined, 2)}\n`, { mode: OWNER_ONLY })
  return credentials
}

/**
 * The kept credentials; `undefined` when there are none.
 * @throws {StackError} when the file holds something else.
 */
export function readCredentials(path: string): Credentials | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    // There was no start yet.
    return undefined
  }
  const value: unknown = JSON.parse(text)
  if (isCredentials(value)) return value
  throw new StackError(`Cannot read ${path}: it must hold accountId, accessKeyId and secretAccessKey`)
}

/** In the form of AWS's own: "AKIA" and 16 of 32 letters and digits; 40 characters of base 64. */
export function generateRootKey(): RootKey {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const letters = Array.from(randomBytes(16), (byte) => alphabet.charAt(byte % alphabet.length))
  return { accessKeyId: `AKIA${letters.join('')}`, secretAccessKey: randomBytes(30).toString('base64') }
}

function isCredentials(value: unknown): value is Credentials {
  if (typeof value !== 'object' || value === null) return false
  const fields = new Map(Object.entries(value))
  return ['accountId', 'accessKeyId', 'secretAccessKey'].every((name) => typeof fields.get(name) === 'string')
}
