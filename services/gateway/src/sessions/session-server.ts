/** Everything that agent sessions consist of, behind one handler. */
import { create } from '@bufbuild/protobuf'
import type { Clock, Ids, Logger, Random, Running } from '@homeport/runtime'
import type { StateReader, StateWriter } from '@homeport/store'
import { GatewayMessageSchema, SessionEndSchema } from '@homeport/wire/agent'
import type { GatewayMetrics } from '../metrics.ts'
import { hostIdentityOf } from './host-identity.ts'
import { Presence } from './presence.ts'
import { registerInstance } from './registrar.ts'
import { ReportProcessor } from './report-processor.ts'
import { type AgentCall, Session, type SessionPorts } from './session.ts'
import { SessionDirectory } from './session-directory.ts'

/** What sessions are made of, besides state. */
export interface SessionServerOptions {
  /** The account that every host's certificate must be of, twelve digits. */
  readonly accountId: string
  readonly clock: Clock
  readonly random: Random
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: GatewayMetrics
}

/** The handler of `AgentSessionService.Session` with all that it shares between sessions. */
export class SessionServer implements Running {
  readonly #options: SessionServerOptions
  readonly #ports: SessionPorts
  readonly #directory: SessionDirectory
  readonly #presence: Presence
  readonly #reports: ReportProcessor
  readonly #unsubscribe: readonly (() => void)[]
  readonly #sessions = new Set<Session>()

  /** Follows `state`, whose first view must have arrived. */
  constructor(
    state: { readonly reader: StateReader; readonly writer: StateWriter },
    options: SessionServerOptions,
  ) {
    const { clock, ids, metrics, logger } = options
    const { reader, writer } = state
    this.#options = options
    this.#presence = new Presence({ ...state, ...options })
    this.#reports = new ReportProcessor({ ...state, ...options })
    this.#directory = new SessionDirectory(this.#presence, metrics)
    this.#ports = {
      reader,
      register: (host, register) => registerInstance(host, register, { reader, writer, clock, ids }),
      reports: this.#reports,
      directory: this.#directory,
      clock,
      telemetry: { logger, metrics },
    }
    this.#unsubscribe = [
      reader.onRevision((applied) => this.#directory.dispatch(applied)),
      reader.onReset(() => this.#directory.viewReset()),
    ]
    this.#presence.markAll()
  }

  /** Serves one stream. */
  serve(call: AgentCall): void {
    const host = hostIdentityOf(call, this.#options.accountId)
    if (host === undefined) {
      this.#options.logger.warn({ peer: call.getPeer() }, 'session refused: the certificate names no host')
      const value = create(SessionEndSchema, { code: 'INVALID', message: 'The certificate names no host' })
      call.write(create(GatewayMessageSchema, { message: { case: 'end', value } }))
      call.end()
      return
    }
    const session = new Session(call, host, this.#ports)
    this.#sessions.add(session)
    call.once('close', () => this.#sessions.delete(session))
  }

  /** Tells every agent that the gateway goes away; their instances stay connected for the next one. */
  async endAll(): Promise<void> {
    await this.#presence.stop()
    for (const session of this.#sessions) {
      session.end('shutdown', { code: 'SHUTDOWN', message: 'The gateway stops' })
    }
  }

  /** Ends what is written in the background. */
  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    await this.#presence.stop()
    await this.#reports.stop()
  }
}
