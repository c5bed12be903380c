import { delay, type Running } from '@homeport/runtime'
import { AuthorizationError, type NatsConnection } from '@nats-io/nats-core'
import { connect } from '@nats-io/transport-node'
import { BusError } from './bus-error.ts'
import type { BusPorts, LogStream, LogStreamOptions } from './log-port.ts'
import { type JetStreamLog, openLogStream } from './log-stream.ts'

/** Where NATS is and who we are to it. */
export interface BusOptions {
  /** `nats://host:port` of one or more servers of the same cluster. */
  readonly servers: readonly string[]
  /** Absent: no credentials. */
  readonly user?: string
  /** Absent: none. */
  readonly password?: string
  /** The connection's name in the server's own lists. */
  readonly name: string
  /** Ends the wait for a first connection. */
  readonly signal?: AbortSignal
}

/** A connection to NATS. Reconnects by itself until it is stopped. */
export interface Bus extends Running {
  /** Since when, in ms since the epoch, there is no connection; `undefined`: there is one. */
  readonly disconnectedSinceMs: number | undefined
  /** Opens the stream, or creates it. @throws {BusError} */
  openLogStream(options: LogStreamOptions): Promise<LogStream>
}

/** The oldest server with `sync_interval: always`. */
const SERVER_VERSION_MINIMUM = [2, 10] as const

/** A server that restarts is back within tenths of a second. */
const RECONNECT_WAIT_MS = 100

/** One try to connect. */
const CONNECT_TIMEOUT_MS = 5000

/** A dead peer is noticed after two of these; appends have a shorter limit of their own. */
const PING_INTERVAL_MS = 10_000

/** Between tries of the first connection; each is logged once a reason. */
const FIRST_CONNECT_RETRY_MS = 250

/**
 * Connects to NATS, waiting for it to come up.
 * @throws {BusError} UNAUTHORIZED or UNSUPPORTED_SERVER; UNAVAILABLE when `signal` aborts first.
 */
export async function connectBus(options: BusOptions, ports: BusPorts): Promise<Bus> {
  const connection = await firstConnection(options, ports)
  try {
    checkServer(connection)
  } catch (error) {
    await connection.close()
    throw error
  }
  return new NatsBus(connection, ports)
}

async function firstConnection(options: BusOptions, ports: BusPorts): Promise<NatsConnection> {
  const { clock, logger } = ports
  let isLogged = false
  while (options.signal?.aborted !== true) {
    try {
      return await connectOnce(options)
    } catch (error) {
      if (error instanceof AuthorizationError) {
        const text = 'Cannot connect to NATS: credentials must be those of the server, received a refusal'
        throw new BusError('UNAUTHORIZED', text, { cause: error })
      }
      if (!isLogged) logger.warn({ err: error, servers: options.servers }, 'NATS cannot be reached, waiting')
      isLogged = true
    }
    await delay(clock, FIRST_CONNECT_RETRY_MS, options.signal)
  }
  throw new BusError('UNAVAILABLE', 'Cannot connect to NATS: it must come up in time, received no connection')
}

const connectOnce = (options: BusOptions): Promise<NatsConnection> =>
  connect({
    servers: [...options.servers],
    name: options.name,
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.password === undefined ? {} : { pass: options.password }),
    timeout: CONNECT_TIMEOUT_MS,
    maxReconnectAttempts: -1,
    // They were right once: a server that comes back with its users not yet loaded must not end us.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    pingInterval: PING_INTERVAL_MS,
  })

function checkServer(connection: NatsConnection): void {
  const { info } = connection
  const version = info?.version ?? ''
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [majorMinimum, minorMinimum] = SERVER_VERSION_MINIMUM
  if (major < majorMinimum || (major === majorMinimum && minor < minorMinimum)) {
    const wanted = SERVER_VERSION_MINIMUM.join('.')
    const text = `Cannot use NATS: the server must be ${wanted} or newer, received ${version}`
    throw new BusError('UNSUPPORTED_SERVER', text)
  }
  if (info?.jetstream !== true) {
    const text = 'Cannot use NATS: JetStream must be enabled in the server, received a server without it'
    throw new BusError('UNSUPPORTED_SERVER', text)
  }
}

class NatsBus implements Bus {
  readonly #connection: NatsConnection
  readonly #ports: BusPorts
  readonly #logs: JetStreamLog[] = []
  #disconnectedSinceMs: number | undefined
  #stopped = false

  constructor(connection: NatsConnection, ports: BusPorts) {
    this.#connection = connection
    this.#ports = ports
    void this.#followStatus()
  }

  get disconnectedSinceMs(): number | undefined {
    return this.#disconnectedSinceMs
  }

  async openLogStream(options: LogStreamOptions): Promise<LogStream> {
    const log = await openLogStream(this.#connection, options, this.#ports)
    this.#logs.push(log)
    return log
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (!this.#connection.isClosed()) await this.#connection.close()
  }

  async #followStatus(): Promise<void> {
    const { clock, logger } = this.#ports
    for await (const status of this.#connection.status()) {
      if (status.type === 'disconnect' || status.type === 'close') {
        this.#disconnectedSinceMs ??= clock.now()
        for (const log of this.#logs) log.connectionLost()
        if (!this.#stopped) logger.warn({}, 'connection to NATS lost')
      } else if (status.type === 'reconnect') {
        this.#disconnectedSinceMs = undefined
        for (const log of this.#logs) log.connectionBack()
        logger.info({ server: status.server }, 'connection to NATS is back')
      } else if (status.type === 'error') {
        logger.error({ err: status.error }, 'NATS reports an error')
      }
    }
  }
}
