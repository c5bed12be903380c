/** Who this host is to the control plane. A secret: it holds the key. */
export interface Identity {
  /** 32 hexadecimal digits, the certificate's common name. */
  readonly instanceId: string
  /** PKCS #8. */
  readonly privateKeyPem: string
  readonly certificatePem: string
  /** Of the authority that signed the gateway's certificate and ours. */
  readonly authorityPem: string
}

/** Where the identity survives a restart. */
export interface IdentityStore {
  load(): Promise<Identity | undefined>
  /** Resolves when it is safe on disk. */
  save(identity: Identity): Promise<void>
}
