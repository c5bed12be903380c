import { Server, ServerCredentials, type ServerOptions } from '@grpc/grpc-js'
import type { Clock, Running } from '@homeport/runtime'
import type { Credential } from './pki/authority.ts'

/** How a server proves itself and whom it lets in. */
export interface GrpcServerOptions {
  readonly credential: Credential
  /** Issuer of client certificates; absent: clients need none. */
  readonly clientAuthorityPem?: string
  /** Adds the services before the server listens. */
  readonly configure: (server: Server) => void
  /** Host name or address to listen on. */
  readonly host: string
  /** 0 to 65,535; 0 lets the system choose. */
  readonly port: number
  readonly clock: Clock
}

/** A listening server. */
export interface GrpcServer extends Running {
  readonly port: number
}

/** Calls that have not ended after this are cut off when the server stops. */
const STOP_GRACE_MS = 2_000

/** Finds connections whose other end is gone, also while nothing is read from them. */
const KEEP_ALIVE: ServerOptions = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
}

/** Starts a gRPC server over TLS. @throws {Error} when the port cannot be listened on. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const server = new Server(KEEP_ALIVE)
  options.configure(server)
  const port = await bind(server, options)
  return { port, stop: () => stop(server, options.clock) }
}

function bind(server: Server, options: GrpcServerOptions): Promise<number> {
  const { credential, clientAuthorityPem, host } = options
  const credentials = ServerCredentials.createSsl(
    clientAuthorityPem === undefined ? null : Buffer.from(clientAuthorityPem),
    [
      {
        private_key: Buffer.from(credential.privateKeyPem),
        cert_chain: Buffer.from(credential.certificatePem),
      },
    ],
    clientAuthorityPem !== undefined,
  )
  const address = host.includes(':') ? `[${host}]:${options.port}` : `${host}:${options.port}`
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) resolve(port)
      else reject(new Error(`Cannot listen on ${address}: ${error.message}`, { cause: error }))
    })
  })
}

function stop(server: Server, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(STOP_GRACE_MS, () => server.forceShutdown())
    server.tryShutdown(() => {
      timer.cancel()
      resolve()
    })
  })
}
