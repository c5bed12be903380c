/** Who is at the other end of a session, by the certificate that the TLS layer has verified. */
import type { ServerDuplexStream } from '@grpc/grpc-js'

/** A host as its certificate names it. */
export interface HostIdentity {
  /** 32 hexadecimal digits. */
  readonly instanceId: string
  readonly accountId: string
}

const INSTANCE_ID = /^[0-9a-f]{32}$/

/**
 * The identity of the peer, or `undefined` when its certificate is not one that enrolment gave to a host of
 * `accountId`.
 */
export function hostIdentityOf(
  call: Pick<ServerDuplexStream<unknown, unknown>, 'getAuthContext'>,
  accountId: string,
): HostIdentity | undefined {
  const subject = call.getAuthContext().sslPeerCertificate?.subject
  const instanceId: unknown = subject?.CN
  if (typeof instanceId !== 'string' || !INSTANCE_ID.test(instanceId)) return undefined
  return subject?.O === accountId ? { instanceId, accountId } : undefined
}
