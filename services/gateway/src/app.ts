/** Wires the gateway: state's view in, sessions and enrolment out. */
import { Lifecycle, type ServicePorts } from '@homeport/runtime'
import { connectState, type StateReader, type StateWriter } from '@homeport/store'
import { serviceDefinition, serviceImplementation } from '@homeport/wire'
import { AgentSessionService, EnrollmentService } from '@homeport/wire/agent'
import { createEnroll } from './enrollment/enroll.ts'
import { FailureLimiter } from './enrollment/failure-limiter.ts'
import { type GrpcServer, startGrpcServer } from './grpc-server.ts'
import { createGatewayMetrics, type GatewayMetrics } from './metrics.ts'
import type { GatewayOptions, GatewayServer } from './options.ts'
import { type Authority, type Credential, openAuthority } from './pki/authority.ts'
import { openJoinSecret } from './pki/join-token.ts'
import { openServerCredential } from './pki/server-credential.ts'
import { SessionServer } from './sessions/session-server.ts'

/** Durable state, however it is reached. */
export interface StateAccess {
  readonly reader: StateReader
  readonly writer: StateWriter
  /** Why reads may be old and commits wait; `undefined`: all is well. */
  unhealthyReason(): string | undefined
}

/** What a gateway looks at; the rest of state stays where it is. */
const TABLES = ['clusters', 'containerInstances', 'taskDefinitions', 'tasks'] as const

/** A wrong secret is a typing mistake or an attack: ten of either, then one every six seconds. */
const ENROLLMENT_LIMITS = { burst: 10, refillMs: 6_000, callersMax: 4_096 }

/**
 * Starts a gateway; resolves when the first view of state has arrived and both ports are open.
 * @throws {PkiError} when keys, certificates or the join token on disk do not belong together.
 * @throws {Error} when a port cannot be listened on.
 */
export async function startGateway(options: GatewayOptions, ports: ServicePorts): Promise<GatewayServer> {
  const lifecycle = new Lifecycle()
  try {
    const state = lifecycle.own(await connectState(options.stateAddress, ports, { tables: TABLES }))
    await state.ready()
    const gateway = lifecycle.own(await startGatewayOn(state, options, ports))
    return {
      sessionPort: gateway.sessionPort,
      enrollmentPort: gateway.enrollmentPort,
      unhealthyReason: () => gateway.unhealthyReason(),
      stop: () => lifecycle.stop(),
    }
  } catch (error) {
    await lifecycle.stop()
    throw error
  }
}

/** `startGateway` over a state whose view has arrived; it is not stopped with the gateway. */
export async function startGatewayOn(
  state: StateAccess,
  options: Omit<GatewayOptions, 'stateAddress'>,
  ports: ServicePorts,
): Promise<GatewayServer> {
  const metrics = createGatewayMetrics(ports.registry)
  const authority = await openAuthority(options.pkiDirectory, ports.clock)
  const credential = await openServerCredential({
    authority,
    directory: options.pkiDirectory,
    names: options.certificateNames,
    clock: ports.clock,
  })
  metrics.certificateExpirySeconds.set(credential.expiresAtMs / 1000)
  const lifecycle = new Lifecycle()
  try {
    const parts = { options, ports, metrics, authority, credential }
    const sessions = await startSessions(state, parts, lifecycle)
    const enrollment = lifecycle.own(await startEnrollment(parts))
    ports.logger.info(
      { sessionPort: sessions.port, enrollmentPort: enrollment.port, joinTokenFile: options.joinTokenFile },
      'gateway started',
    )
    return {
      sessionPort: sessions.port,
      enrollmentPort: enrollment.port,
      unhealthyReason: () => reasonOf(state, credential, ports),
      stop: () => lifecycle.stop(),
    }
  } catch (error) {
    await lifecycle.stop()
    throw error
  }
}

interface Parts {
  readonly options: Omit<GatewayOptions, 'stateAddress'>
  readonly ports: ServicePorts
  readonly metrics: GatewayMetrics
  readonly authority: Authority
  readonly credential: Credential
}

async function startSessions(state: StateAccess, parts: Parts, lifecycle: Lifecycle): Promise<GrpcServer> {
  const { options, ports, metrics, authority, credential } = parts
  const sessions = lifecycle.own(
    new SessionServer(state, { ...ports, accountId: options.accountId, metrics }),
  )
  const server = await startGrpcServer({
    credential,
    clientAuthorityPem: authority.certificatePem,
    configure: (grpc) =>
      grpc.addService(
        serviceDefinition(AgentSessionService),
        serviceImplementation(AgentSessionService, { session: (call) => sessions.serve(call) }),
      ),
    host: options.host,
    port: options.sessionPort,
    clock: ports.clock,
  })
  lifecycle.own(server)
  // Stopped before the server: agents hear why before their streams end.
  lifecycle.defer(() => sessions.endAll())
  return server
}

async function startEnrollment({
  options,
  ports,
  metrics,
  authority,
  credential,
}: Parts): Promise<GrpcServer> {
  const secret = await openJoinSecret({
    path: options.joinTokenFile,
    fingerprint: authority.fingerprint,
    ids: ports.ids,
  })
  const enroll = createEnroll(options.accountId, {
    authority,
    secret,
    limiter: new FailureLimiter({ clock: ports.clock, ...ENROLLMENT_LIMITS }),
    ids: ports.ids,
    logger: ports.logger,
    metrics,
  })
  return startGrpcServer({
    credential,
    configure: (grpc) =>
      grpc.addService(
        serviceDefinition(EnrollmentService),
        serviceImplementation(EnrollmentService, { enroll }),
      ),
    host: options.host,
    port: options.enrollmentPort,
    clock: ports.clock,
  })
}

function reasonOf(state: StateAccess, credential: Credential, ports: ServicePorts): string | undefined {
  const reason = state.unhealthyReason()
  if (reason !== undefined) return reason
  return ports.clock.now() < credential.expiresAtMs
    ? undefined
    : 'the server certificate has expired, a restart renews it'
}
