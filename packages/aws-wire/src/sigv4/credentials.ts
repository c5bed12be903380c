import type { Principal } from '../context.ts'

/** What a credential lookup knows of an access key. */
export interface Credential {
  readonly secretAccessKey: string
  readonly principal: Principal
  /** Clock ms since the epoch from which the key is refused as expired. Default: never. */
  readonly expiresAtMs?: number
}

/**
 * Finds the secret of an access key. `sessionToken` is what the request carries, undefined for
 * long-term keys: the lookup decides whether it fits the key and answers undefined when it doesn't.
 * Called once per signed request, so it should answer from memory.
 */
export type CredentialLookup = (
  accessKeyId: string,
  sessionToken: string | undefined,
) => Promise<Credential | undefined>
