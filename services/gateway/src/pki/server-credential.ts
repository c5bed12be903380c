/** The certificate with which the gateway's two servers prove themselves. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { join } from 'node:path'
import type { Clock } from '@homeport/runtime'
import type { Authority, Credential } from './authority.ts'
import { PUBLIC_FILE_MODE, readFileIfPresent, SECRET_FILE_MODE, writeFileDurably } from './private-file.ts'

/** Renewed at the first start in the last quarter of its life. */
const RENEW_BEFORE_MS = 200 * 24 * 60 * 60 * 1000

/** Always served, so that a host can join its own machine's control plane whatever that is called. */
const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1']

/** What a server credential is opened with. */
export interface ServerCredentialOptions {
  readonly authority: Authority
  /** Where `server.crt` and `server.key` are, or are written; it exists. */
  readonly directory: string
  /** Host names and IP addresses under which hosts reach the gateway. */
  readonly names: readonly string[]
  readonly clock: Clock
}

/** The credential in `directory`, issued anew when there is none, it nears its end, or it lacks a name. */
export async function openServerCredential(options: ServerCredentialOptions): Promise<Credential> {
  const certificatePath = join(options.directory, 'server.crt')
  const keyPath = join(options.directory, 'server.key')
  const certificatePem = await readFileIfPresent(certificatePath)
  const privateKeyPem = await readFileIfPresent(keyPath)
  const names = [...new Set([...options.names, ...LOOPBACK_ADDRESSES])]
  if (certificatePem !== undefined && privateKeyPem !== undefined) {
    const expiresAtMs = usableUntilMs({ certificatePem, privateKeyPem, names, options })
    if (expiresAtMs !== undefined) return { certificatePem, privateKeyPem, expiresAtMs }
  }
  const credential = await options.authority.issueServerCredential(
    names.map((name) => ({ type: isIP(name) === 0 ? ('dns' as const) : ('ip' as const), value: name })),
  )
  await writeFileDurably(keyPath, credential.privateKeyPem, SECRET_FILE_MODE)
  await writeFileDurably(certificatePath, credential.certificatePem, PUBLIC_FILE_MODE)
  return credential
}

interface Candidate {
  readonly certificatePem: string
  readonly privateKeyPem: string
  readonly names: readonly string[]
  readonly options: ServerCredentialOptions
}

/** When the certificate expires; `undefined` when it must not be used any more. */
function usableUntilMs({ certificatePem, privateKeyPem, names, options }: Candidate): number | undefined {
  try {
    const certificate = new X509Certificate(certificatePem)
    const authority = new X509Certificate(options.authority.certificatePem)
    const expiresAtMs = certificate.validToDate.getTime()
    const usable =
      certificate.verify(authority.publicKey) &&
      certificate.checkPrivateKey(createPrivateKey(privateKeyPem)) &&
      expiresAtMs - options.clock.now() > RENEW_BEFORE_MS &&
      names.every((name) => answersTo(certificate, name))
    return usable ? expiresAtMs : undefined
  } catch {
    // A file that cannot be read as a certificate is replaced like one that has expired.
    return undefined
  }
}

const answersTo = (certificate: X509Certificate, name: string): boolean =>
  (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined
