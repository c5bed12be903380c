/** Wires the state service. */
import {
  type Bus,
  BusError,
  connectBus,
  type LogStream,
  readSyncInterval,
  SYNC_INTERVAL_UNKNOWN,
} from '@homeport/bus'
import { delay, Lifecycle, type Service, type ServicePorts } from '@homeport/runtime'
import { CommitQueue } from './commit/commit-queue.ts'
import { Leader } from './commit/leader.ts'
import { type GrpcServer, startGrpcServer } from './grpc-server.ts'
import { createStateMetrics } from './metrics.ts'
import { StateMachine } from './state-machine.ts'
import { ChangeRing, RING_BYTES_MAX, RING_RECORDS_MAX } from './watch/change-ring.ts'

/** Where the log is. */
export interface NatsSettings {
  /** `nats://host:port` of the servers of one cluster, one or more. */
  readonly servers: readonly string[]
  /** Absent: no credentials. */
  readonly user?: string
  /** Absent: none. */
  readonly password?: string
  /** `http://host:port` of a server's monitoring endpoint, to learn its durability; absent: it stays unknown. */
  readonly monitorUrl?: string
}

/** What state is started with. */
export interface StateSettings {
  readonly nats: NatsSettings
  /** `unix:PATH` or `host:port`. */
  readonly listenAddress: string
}

/** A serving state service. */
export interface StateServer extends Service {
  /** What `connectState` takes; a port of 0 is replaced by the one that was chosen. */
  readonly address: string
}

/** The stream that holds all durable state. */
const LOG = { stream: 'HOMEPORT_STATE', subject: 'homeport.state.log' } as const

/** JetStream answers within seconds of its server's start. */
const LOG_OPEN_RETRY_MS = 250

/** Digits of a leader's random id. */
const LEADER_ID_LENGTH = 16

/**
 * Starts the state service: waits for NATS, replays the log, and serves when its view is complete.
 * @throws {BusError} when NATS can never be used as it is. @throws {LogFormatError} @throws {LogLostError}
 */
export async function startState(settings: StateSettings, ports: ServicePorts): Promise<StateServer> {
  const lifecycle = new Lifecycle()
  try {
    return await start(settings, ports, lifecycle)
  } catch (error) {
    await lifecycle.stop()
    throw error
  }
}

async function start(
  { nats, listenAddress }: StateSettings,
  ports: ServicePorts,
  lifecycle: Lifecycle,
): Promise<StateServer> {
  const { clock, logger } = ports
  const bus = lifecycle.own(await connectBus({ ...nats, name: 'homeport-state' }, ports))
  const log = await openLog(bus, ports)
  const syncInterval =
    nats.monitorUrl === undefined ? SYNC_INTERVAL_UNKNOWN : await readSyncInterval(nats.monitorUrl, clock)
  const machine = new StateMachine()
  const ring = new ChangeRing({ records: RING_RECORDS_MAX, bytes: RING_BYTES_MAX })
  machine.onRecord((record) => ring.add(record))
  const queue = new CommitQueue()
  let server: GrpcServer | undefined
  const metrics = createStateMetrics(ports.registry, {
    queueLength: () => queue.openCount,
    revision: () => machine.revision,
    rowCount: () => machine.rowCount,
    watcherCount: () => server?.watcherCount ?? 0,
    durable: () => durability(syncInterval),
  })
  const leaderId = ports.ids.hex(LEADER_ID_LENGTH)
  const leader = lifecycle.own(new Leader({ leaderId, log, machine, queue, metrics, ports }))
  const startedAtMs = clock.monotonic()
  await leader.start()
  logger.info(
    {
      leaderId,
      revision: machine.revision,
      rowCount: machine.rowCount,
      syncInterval,
      durationMs: Math.round(clock.monotonic() - startedAtMs),
    },
    'log replayed',
  )
  const source = { logId: log.logId, view: machine.view, ring, onSnapshot: () => metrics.snapshots.inc() }
  server = await startGrpcServer({
    address: listenAddress,
    leader,
    machine,
    source,
    getStatus: () => ({
      revision: BigInt(machine.revision),
      ready: true,
      rowCount: BigInt(machine.rowCount),
      syncInterval,
    }),
  })
  const { address } = lifecycle.own(server)
  return { address, unhealthyReason: () => reasonOf(bus, leader), stop: () => stop(leader, lifecycle) }
}

/** Outcomes of the last append go out before the connections close. */
async function stop(leader: Leader, lifecycle: Lifecycle): Promise<void> {
  await leader.stop()
  await new Promise((resolve) => setImmediate(resolve))
  await lifecycle.stop()
}

async function openLog(bus: Bus, { clock, logger }: ServicePorts): Promise<LogStream> {
  for (let isLogged = false; ; isLogged = true) {
    try {
      return await bus.openLogStream(LOG)
    } catch (error) {
      if (!(error instanceof BusError) || !error.retryable) throw error
      if (!isLogged) logger.warn({ err: error }, 'the log stream cannot be opened yet, waiting')
    }
    await delay(clock, LOG_OPEN_RETRY_MS)
  }
}

const durability = (syncInterval: string): number => {
  if (syncInterval === SYNC_INTERVAL_UNKNOWN) return -1
  return syncInterval === 'always' ? 1 : 0
}

function reasonOf(bus: Bus, leader: Leader): string | undefined {
  const since = (sinceMs: number): string => new Date(sinceMs).toISOString()
  if (bus.disconnectedSinceMs !== undefined) {
    return `no connection to NATS since ${since(bus.disconnectedSinceMs)}`
  }
  if (leader.failingSinceMs === undefined) return undefined
  return `the log does not answer since ${since(leader.failingSinceMs)}`
}
