/**
 * The join token: what a host needs to know to become part of the installation, in one line of text.
 * `FINGERPRINT.SECRET`: the fingerprint lets the host trust the gateway, the secret lets the gateway trust the host.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Ids } from '@homeport/runtime'
import { PkiError } from './pki-error.ts'
import { readFileIfPresent, SECRET_FILE_MODE, writeFileDurably } from './private-file.ts'

/** 256 bits. */
const SECRET_HEX_DIGITS = 64

/** The secret half of a join token. */
export class JoinSecret {
  readonly #digest: Buffer

  constructor(secret: string) {
    this.#digest = digestOf(secret)
  }

  /** Compares in a time that tells nothing of the secret, nor of its length. */
  matches(candidate: string): boolean {
    return timingSafeEqual(this.#digest, digestOf(candidate))
  }
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Where the token is and whom it stands for. */
export interface JoinTokenOptions {
  /** Read, or written with mode 0600 when absent. Delete it and start again to have a new secret. */
  readonly path: string
  /** `Authority.fingerprint` */
  readonly fingerprint: string
  readonly ids: Ids
}

/**
 * The secret of the token file, made when there is no file.
 * @throws {PkiError} when the file holds no token of this authority.
 */
export async function openJoinSecret(options: JoinTokenOptions): Promise<JoinSecret> {
  const content = await readFileIfPresent(options.path)
  if (content === undefined) return createToken(options)
  const [fingerprint, secret, ...rest] = content.trim().split('.')
  if (secret === undefined || secret === '' || rest.length > 0) {
    throw new PkiError(
      `Cannot use join token ${options.path}: must be FINGERPRINT.SECRET, received other text`,
    )
  }
  if (fingerprint !== options.fingerprint) {
    throw new PkiError(
      `Cannot use join token ${options.path}: must be of authority ${options.fingerprint} (delete the file to have a new one), received one of another authority`,
    )
  }
  return new JoinSecret(secret)
}

async function createToken(options: JoinTokenOptions): Promise<JoinSecret> {
  const secret = options.ids.hex(SECRET_HEX_DIGITS)
  await mkdir(dirname(options.path), { recursive: true, mode: 0o700 })
  await writeFileDurably(options.path, `${options.fingerprint}.${secret}\n`, SECRET_FILE_MODE)
  return new JoinSecret(secret)
}
