/**
 * The tokens by which lists are continued.
 *
 * Model: a token is the sort key of the last item that was given, encrypted and authenticated (AES-256-GCM)
 * together with the question that it continues. So it survives restarts and moves between processes, says
 * nothing to its holder, and is refused when it was changed or belongs to another question.
 * Rejected: cursors kept on the server, which a restart loses.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { ecsError } from '@homeport/ecs-api'
import type { Ids } from '@homeport/runtime'

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEX_PER_BYTE = 2

/** Makes and reads page tokens. */
export interface PageTokens {
  /** @param scope everything that the question consists of besides its page. */
  issue(scope: string, lastSortKey: string): string
  /**
   * The sort key in a token that `issue` made for the same scope with the same secret.
   * @throws {EcsError} InvalidParameterException for any other text.
   */
  redeem(scope: string, token: string): string
}

/** Page tokens whose key is derived from `secret`; the same secret reads them after a restart. */
export function createPageTokens(secret: string, ids: Ids): PageTokens {
  const key = Buffer.from(hkdfSync('sha256', secret, 'homeport', 'page tokens', KEY_BYTES))
  return {
    issue(scope, lastSortKey) {
      const nonce = Buffer.from(ids.hex(NONCE_BYTES * HEX_PER_BYTE), 'hex')
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(scope))
      const sealed = Buffer.concat([cipher.update(lastSortKey, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    redeem(scope, token) {
      const bytes = Buffer.from(token, 'base64url')
      // The text must be exactly what `issue` wrote: decoding alone forgives stray characters.
      const isWellFormed = bytes.length >= NONCE_BYTES + TAG_BYTES && bytes.toString('base64url') === token
      const opened = isWellFormed ? open(key, scope, bytes) : undefined
      if (opened === undefined) throw ecsError('pageToken', { token })
      return opened
    },
  }
}

function open(key: Buffer, scope: string, bytes: Buffer): string | undefined {
  const nonce = bytes.subarray(0, NONCE_BYTES)
  const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)
  const options = { authTagLength: TAG_BYTES }
  const decipher = createDecipheriv(CIPHER, key, nonce, options).setAAD(Buffer.from(scope)).setAuthTag(tag)
  try {
    const sealed = bytes.subarray(NONCE_BYTES + TAG_BYTES)
    return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8')
  } catch {
    // Authentication failed: whoever made the text, it was not `issue` for this scope.
    return undefined
  }
}
