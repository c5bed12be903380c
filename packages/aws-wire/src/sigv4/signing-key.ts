import { createHmac } from 'node:crypto'
import type { ClaimedSignature } from './parse-signature.ts'

/**
 * Derived keys kept: one per secret, day, region and service in use. At 32 bytes and a key string each
 * this is about 1 MiB; when full, the oldest goes.
 */
const SIGNING_KEYS_MAX = 4_096

/** Derives signing keys (four HMACs) and remembers them, because a key serves a whole day. */
export class SigningKeys {
  readonly #keys = new Map<string, Buffer>()

  derive(secretAccessKey: string, scope: Pick<ClaimedSignature, 'scopeDate' | 'region' | 'service'>): Buffer {
    const name = `${secretAccessKey}/${scope.scopeDate}/${scope.region}/${scope.service}`
    let key = this.#keys.get(name)
    if (key === undefined) {
      key = hmac(
        hmac(hmac(hmac(`AWS4${secretAccessKey}`, scope.scopeDate), scope.region), scope.service),
        'aws4_request',
      )
      this.#remember(name, key)
    }
    return key
  }

  #remember(name: string, key: Buffer): void {
    const oldest = this.#keys.keys().next()
    if (this.#keys.size >= SIGNING_KEYS_MAX && oldest.done !== true) this.#keys.delete(oldest.value)
    this.#keys.set(name, key)
  }
}

/** HMAC-SHA256 of a text. */
export function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
