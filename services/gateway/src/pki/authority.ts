/**
 * The certificate authority of an installation.
 *
 * Intuition: a host is who its certificate says. The authority lives in two files beside the gateway, is made at
 * the first start, and signs one server certificate and one client certificate per host.
 * Model: the key never leaves its file (mode 0600). Host certificates hold for ten years, because hosts do not
 * renew theirs: one that expired would cut off a host whose containers still run. What ends a host's
 * access is its row, which is looked at with every registration, not a date.
 * Rejected: short-lived certificates with renewal inside the session, until something needs them.
 */
import { createHash, createPublicKey, X509Certificate as NodeCertificate } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import 'reflect-metadata'
import type { Clock } from '@homeport/runtime'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { generateKeyPair, KEY_ALGORITHM, type Key, privateKeyFromPem, privateKeyToPem } from './key-pair.ts'
import { PkiError } from './pki-error.ts'
import { PUBLIC_FILE_MODE, readFileIfPresent, SECRET_FILE_MODE, writeFileDurably } from './private-file.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const AUTHORITY_DAYS = 30 * 365
const HOST_DAYS = 10 * 365

/** Longer than this is refused by some TLS libraries (825 days, Apple). */
const SERVER_DAYS = 825

/** Certificates begin to hold a little earlier than now, for hosts whose clocks are behind. */
const CLOCK_SKEW_MS = 60 * 60 * 1000

/** A P-256 request has about 300 bytes; names in it are ignored, so nothing useful is larger. */
const REQUEST_BYTES_MAX = 4096

/** A certificate with its private key. */
export interface Credential {
  /** The certificate, and after it those that issued it. */
  readonly certificatePem: string
  /** PKCS #8. */
  readonly privateKeyPem: string
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number
}

/** What a certificate request turned into. */
export type IssueOutcome =
  | { readonly kind: 'issued'; readonly certificatePem: string }
  | { readonly kind: 'refused'; readonly reason: string }

/** Signs certificates with one key. */
export class Authority {
  readonly #certificate: X509Certificate
  readonly #key: Key
  readonly #clock: Clock

  constructor(certificate: X509Certificate, key: Key, clock: Clock) {
    this.#certificate = certificate
    this.#key = key
    this.#clock = clock
  }

  /** The authority's own certificate. */
  get certificatePem(): string {
    return toPem(this.#certificate)
  }

  /** SHA-256 of the certificate's DER, 64 hexadecimal digits: what a join token pins. */
  get fingerprint(): string {
    return createHash('sha256').update(new Uint8Array(this.#certificate.rawData)).digest('hex')
  }

  /** A certificate for servers that answer to `names` (host names and IP addresses), with a new key. */
  async issueServerCredential(names: readonly JsonGeneralName[]): Promise<Credential> {
    const keys = await generateKeyPair()
    const expiresAtMs = this.#clock.now() + SERVER_DAYS * DAY_MS
    const certificate = await this.#sign({
      subject: 'CN=homeport-gateway',
      publicKey: keys.publicKey,
      expiresAtMs,
      extensions: [
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension([...names]),
      ],
    })
    return {
      certificatePem: toPem(certificate) + this.certificatePem,
      privateKeyPem: await privateKeyToPem(keys.privateKey),
      expiresAtMs,
    }
  }

  /**
   * Signs a host's key. Nothing of the request counts but its key: the names are the authority's to give.
   * @param request PKCS #10 in DER, untrusted.
   */
  async issueHostCertificate(
    request: Uint8Array,
    host: { readonly instanceId: string; readonly accountId: string },
  ): Promise<IssueOutcome> {
    if (request.byteLength > REQUEST_BYTES_MAX) {
      return {
        kind: 'refused',
        reason: `at most ${REQUEST_BYTES_MAX} bytes are allowed, received ${request.byteLength}`,
      }
    }
    const publicKey = await verifiedKeyOf(request)
    if (publicKey === undefined) {
      return { kind: 'refused', reason: 'must be a PKCS #10 request signed by its own ECDSA P-256 key' }
    }
    const certificate = await this.#sign({
      subject: `CN=${host.instanceId}, O=${host.accountId}`,
      publicKey,
      expiresAtMs: this.#clock.now() + HOST_DAYS * DAY_MS,
      extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])],
    })
    return { kind: 'issued', certificatePem: toPem(certificate) }
  }

  async #sign(request: SigningRequest): Promise<X509Certificate> {
    return X509CertificateGenerator.create({
      subject: request.subject,
      issuer: this.#certificate.subject,
      publicKey: request.publicKey,
      signingKey: this.#key,
      notBefore: new Date(this.#clock.now() - CLOCK_SKEW_MS),
      notAfter: new Date(Math.min(request.expiresAtMs, this.#certificate.notAfter.getTime())),
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        await AuthorityKeyIdentifierExtension.create(this.#certificate),
        ...request.extensions,
      ],
    })
  }
}

type CreateParameters = Parameters<typeof X509CertificateGenerator.create>[0]

interface SigningRequest {
  readonly subject: string
  readonly publicKey: Key
  readonly expiresAtMs: number
  readonly extensions: NonNullable<CreateParameters['extensions']>
}

/** The key of a request whose signature holds; `undefined` for anything else. */
async function verifiedKeyOf(request: Uint8Array): Promise<Key | undefined> {
  try {
    const parsed = new Pkcs10CertificateRequest(new Uint8Array(request))
    const { algorithm } = parsed.publicKey
    const isP256 =
      algorithm.name === KEY_ALGORITHM.name &&
      'namedCurve' in algorithm &&
      algorithm.namedCurve === KEY_ALGORITHM.namedCurve
    if (!isP256 || !(await parsed.verify())) return undefined
    return await parsed.publicKey.export()
  } catch {
    // Whatever the parser finds wrong with bytes from outside, they are no request.
    return undefined
  }
}

/**
 * Loads the authority of `directory`, or makes it when there is none.
 * @throws {PkiError} when its files do not belong together.
 */
export async function openAuthority(directory: string, clock: Clock): Promise<Authority> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const keyPath = join(directory, 'authority.key')
  const certificatePath = join(directory, 'authority.crt')
  const certificatePem = await readFileIfPresent(certificatePath)
  // The certificate is written last: without it, nothing was ever signed with a key that may be there.
  if (certificatePem === undefined) return createAuthority({ keyPath, certificatePath, clock })
  const keyPem = await readFileIfPresent(keyPath)
  if (keyPem === undefined) {
    throw new PkiError(
      `Cannot use authority ${certificatePath}: its key must be in ${keyPath}, received no file`,
    )
  }
  assertPair(certificatePem, keyPem, certificatePath)
  return new Authority(new X509Certificate(certificatePem), await privateKeyFromPem(keyPem), clock)
}

function assertPair(certificatePem: string, keyPem: string, path: string): void {
  try {
    const certificate = new NodeCertificate(certificatePem)
    if (certificate.publicKey.equals(createPublicKey(keyPem))) return
  } catch (error) {
    throw new PkiError(
      `Cannot use authority ${path}: certificate and key must be PEM, received other content`,
      {
        cause: error,
      },
    )
  }
  throw new PkiError(
    `Cannot use authority ${path}: it must belong to the key beside it, received another one`,
  )
}

async function createAuthority(options: {
  readonly keyPath: string
  readonly certificatePath: string
  readonly clock: Clock
}): Promise<Authority> {
  const nowMs = options.clock.now()
  const keys = await generateKeyPair()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Homeport authority',
    keys,
    notBefore: new Date(nowMs - CLOCK_SKEW_MS),
    notAfter: new Date(nowMs + AUTHORITY_DAYS * DAY_MS),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  await writeFileDurably(options.keyPath, await privateKeyToPem(keys.privateKey), SECRET_FILE_MODE)
  await writeFileDurably(options.certificatePath, toPem(certificate), PUBLIC_FILE_MODE)
  return new Authority(certificate, keys.privateKey, options.clock)
}

const toPem = (certificate: X509Certificate): string => `${certificate.toString('pem')}\n`
