/** Enrolment: a host that knows the join secret gets an identity of its own. */
import { status } from '@grpc/grpc-js'
import type { Ids, Logger } from '@homeport/runtime'
import { type CallContext, CallError } from '@homeport/wire'
import type { EnrollRequest, EnrollResponse } from '@homeport/wire/agent'
import type { GatewayMetrics } from '../metrics.ts'
import type { Authority } from '../pki/authority.ts'
import type { JoinSecret } from '../pki/join-token.ts'
import type { FailureLimiter } from './failure-limiter.ts'

/** What enrolment works with. */
export interface EnrollmentPorts {
  readonly authority: Authority
  readonly secret: JoinSecret
  readonly limiter: FailureLimiter
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: GatewayMetrics
}

const INSTANCE_ID_DIGITS = 32

/** Everything of an enrolment response that does not have a default. */
export type Enrolled = Pick<EnrollResponse, 'instanceId' | 'certificatePem' | 'authorityPem'>

/**
 * The handler of `EnrollmentService.Enroll`. Nothing is stored: the instance comes into being when its certificate
 * opens the first session.
 * @throws {CallError} RESOURCE_EXHAUSTED, PERMISSION_DENIED or INVALID_ARGUMENT.
 */
export function createEnroll(
  accountId: string,
  ports: EnrollmentPorts,
): (request: EnrollRequest, context: Pick<CallContext, 'peer'>) => Promise<Enrolled> {
  return async (request, { peer }) => {
    const caller = addressOf(peer)
    if (!ports.limiter.allows(caller)) {
      ports.metrics.enrollments.inc({ outcome: 'limited' })
      throw new CallError(
        status.RESOURCE_EXHAUSTED,
        `Cannot enrol: too many failures of ${caller}, try later`,
      )
    }
    if (!ports.secret.matches(request.joinSecret)) {
      noteFailure(ports, { caller, outcome: 'wrong_secret' })
      throw new CallError(
        status.PERMISSION_DENIED,
        'Cannot enrol: the join secret is not the one of this gateway',
      )
    }
    const instanceId = ports.ids.hex(INSTANCE_ID_DIGITS)
    const outcome = await ports.authority.issueHostCertificate(request.certificateRequest, {
      instanceId,
      accountId,
    })
    if (outcome.kind === 'refused') {
      noteFailure(ports, { caller, outcome: 'invalid_request' })
      throw new CallError(status.INVALID_ARGUMENT, `Cannot sign certificate request: ${outcome.reason}`)
    }
    ports.metrics.enrollments.inc({ outcome: 'issued' })
    ports.logger.info({ instanceId, hostname: request.hostname, caller }, 'host enrolled')
    return {
      instanceId,
      certificatePem: outcome.certificatePem,
      authorityPem: ports.authority.certificatePem,
    }
  }
}

function noteFailure(
  ports: EnrollmentPorts,
  failure: { readonly caller: string; readonly outcome: 'wrong_secret' | 'invalid_request' },
): void {
  ports.limiter.noteFailure(failure.caller)
  ports.metrics.enrollments.inc({ outcome: failure.outcome })
  ports.logger.warn(failure, 'enrolment refused')
}

/** The peer without its port, which is another one with every connection. */
const addressOf = (peer: string): string => peer.replace(/:\d+$/, '')
