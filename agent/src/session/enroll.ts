/**
 * Makes this host known to the control plane.
 *
 * The join token names the authority by its fingerprint and holds a secret. Before the secret leaves the host,
 * the gateway shows its certificates on a bare TLS connection; the authority that the token names must be among
 * them. From then on everything is ordinary TLS that trusts this one authority.
 */
import { connect as connectTls, type DetailedPeerCertificate } from 'node:tls'
import { credentials } from '@grpc/grpc-js'
import type { Clock } from '@homeport/runtime'
import { connect } from '@homeport/wire'
import { EnrollmentService } from '@homeport/wire/agent'
import { createCertificateRequest } from './certificate-request.ts'
import type { Identity } from './identity.ts'

/** How a host enrols. */
export interface EnrollOptions {
  /** `host:port`; the host is a name of the gateway's certificate. */
  readonly address: string
  /** `FINGERPRINT.SECRET` */
  readonly joinToken: string
  /** What the gateway's log calls the host; any text. */
  readonly hostname: string
}

/** Enrolment failed. */
export class EnrollmentError extends Error {
  override readonly name = 'EnrollmentError'
  readonly code: 'INVALID_TOKEN' | 'UNTRUSTED_GATEWAY' | 'UNAVAILABLE'
  /** Whether the same token may work later. */
  readonly retryable: boolean

  constructor(code: EnrollmentError['code'], message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.code = code
    this.retryable = code === 'UNAVAILABLE'
  }
}

const TOKEN = /^(?<fingerprint>[0-9a-f]{64})\.(?<secret>[^.\s]+)$/
const CONNECT_TIMEOUT_MS = 10_000
/** A certificate chain is never this long; ends the walk through one that loops. */
const CHAIN_LENGTH_MAX = 10

/**
 * Enrols and gives the new identity, which the caller saves.
 * @throws {EnrollmentError}
 */
export async function enroll(
  options: EnrollOptions,
  { clock }: { readonly clock: Clock },
): Promise<Identity> {
  const { fingerprint, secret } = TOKEN.exec(options.joinToken.trim())?.groups ?? {}
  if (fingerprint === undefined || secret === undefined) {
    throw new EnrollmentError(
      'INVALID_TOKEN',
      'Cannot enrol: the join token is FINGERPRINT.SECRET, received other text',
    )
  }
  const authorityPem = await fetchAuthority(options.address, fingerprint, clock)
  const { request, privateKeyPem } = createCertificateRequest(options.hostname)
  const client = connect(EnrollmentService, {
    address: options.address,
    credentials: credentials.createSsl(Buffer.from(authorityPem)),
    channelOptions: { 'grpc.use_local_subchannel_pool': 1 },
  })
  try {
    const answer = await client.enroll(
      { joinSecret: secret, certificateRequest: request, hostname: options.hostname },
      { deadline: clock.now() + CONNECT_TIMEOUT_MS },
    )
    const { instanceId, certificatePem } = answer
    return { instanceId, privateKeyPem, certificatePem, authorityPem }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new EnrollmentError('UNAVAILABLE', `Cannot enrol: the gateway has to agree, received ${text}`, {
      cause: error,
    })
  } finally {
    client.close()
  }
}

/** The certificate with this SHA-256 fingerprint among those that the server shows, as PEM. */
async function fetchAuthority(address: string, fingerprint: string, clock: Clock): Promise<string> {
  const chain = await fetchChain(address, clock)
  const authority = chain.find(
    (certificate) => certificate.fingerprint256.replaceAll(':', '').toLowerCase() === fingerprint,
  )
  if (authority === undefined) {
    throw new EnrollmentError(
      'UNTRUSTED_GATEWAY',
      `Cannot trust the gateway at ${address}: it must show the authority ${fingerprint} of the join token, received ${chain.length} other certificates`,
    )
  }
  const lines = authority.raw.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function fetchChain(address: string, clock: Clock): Promise<DetailedPeerCertificate[]> {
  const separatorIndex = address.lastIndexOf(':')
  const host = address.slice(0, separatorIndex)
  const port = Number(address.slice(separatorIndex + 1))
  return new Promise((resolve, reject) => {
    // Nothing is trusted yet and nothing is sent: the chain is only looked at.
    const socket = connectTls({
      host,
      port,
      servername: host,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
    })
    const fail = (error: Error): void => {
      timer.cancel()
      socket.destroy()
      reject(
        new EnrollmentError('UNAVAILABLE', `Cannot reach the gateway at ${address}: ${error.message}`, {
          cause: error,
        }),
      )
    }
    const timer = clock.after(CONNECT_TIMEOUT_MS, () =>
      fail(new Error(`Cannot connect: it takes at most ${CONNECT_TIMEOUT_MS} ms, received no answer`)),
    )
    socket.once('error', fail)
    socket.once('secureConnect', () => {
      timer.cancel()
      resolve(walkChain(socket.getPeerCertificate(true)))
      socket.destroy()
    })
  })
}

function walkChain(leaf: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain = [leaf]
  while (chain.length < CHAIN_LENGTH_MAX) {
    const last = chain.at(-1)
    const issuer = last?.issuerCertificate
    // The authority is its own issuer.
    if (issuer === undefined || issuer === last || issuer.fingerprint256 === last?.fingerprint256) break
    chain.push(issuer)
  }
  return chain
}
