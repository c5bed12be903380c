import type { CredentialLookup } from '@homeport/aws-wire'

/** The long-term key of an account's root user. */
export interface RootCredentials {
  /** 1 to 128 characters. */
  readonly accessKeyId: string
  /** Secret; also the source of the key that page tokens are made with. */
  readonly secretAccessKey: string
}

/** Knows one key: that of the account's root user. Keys with a session token are other keys. */
export function rootCredentialLookup(accountId: string, root: RootCredentials): CredentialLookup {
  const principal = { accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId }
  return async (accessKeyId, sessionToken) =>
    accessKeyId === root.accessKeyId && sessionToken === undefined
      ? { secretAccessKey: root.secretAccessKey, principal }
      : undefined
}
