import { credentials } from '@grpc/grpc-js'
import { type Clock, type Ids, Lifecycle, type Logger, type Random, type Running } from '@homeport/runtime'
import { connect } from '@homeport/wire'
import { StateService } from '@homeport/wire/state'
import { Committer } from './committer.ts'
import type { StateReader, StateWriter } from './ports.ts'
import { Replica } from './replica.ts'
import type { TableName } from './tables.ts'

/** What a connection to state needs of its process. */
export interface ConnectionPorts {
  readonly clock: Clock
  readonly random: Random
  readonly ids: Ids
  readonly logger: Logger
}

/** How a process uses state. */
export interface ConnectStateOptions {
  /** The tables to copy; default all. */
  readonly tables?: readonly TableName[]
}

/** A process's access to durable state. Reconnects by itself until it is stopped. */
export interface StateConnection extends Running {
  readonly reader: StateReader
  readonly writer: StateWriter
  /**
   * Resolves when the first whole view has arrived.
   * @throws {AbortError} when `signal` aborts first.
   */
  ready(signal?: AbortSignal): Promise<void>
  /** Why reads may be old and commits wait; `undefined`: all is well. */
  unhealthyReason(): string | undefined
}

/** Finds out within 15 s that the other end is gone without a word, and tries again every 2 s at most. */
const CHANNEL_OPTIONS = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2000,
  // A snapshot chunk or the changes of one revision: a record of NATS (8 MiB at most here) and its keys.
  'grpc.max_receive_message_length': 16 * 1024 * 1024,
}

/**
 * Starts to follow the state service at `address` (`unix:PATH` or `host:port`) and opens the way for commits.
 * Returns at once, whether or not anything listens there: see `ready`. The caller stops it.
 */
export function connectState(
  address: string,
  ports: ConnectionPorts,
  options: ConnectStateOptions = {},
): Promise<StateConnection> {
  const client = connect(StateService, {
    address,
    credentials: credentials.createInsecure(),
    channelOptions: CHANNEL_OPTIONS,
  })
  const lifecycle = new Lifecycle()
  lifecycle.defer(() => client.close())
  const replica = lifecycle.own(
    new Replica({ ...ports, openWatch: (request) => client.watch(request), tables: options.tables ?? [] }),
  )
  const committer = lifecycle.own(new Committer({ ...ports, openCommit: () => client.commit() }))
  return Promise.resolve({
    reader: replica,
    writer: committer,
    ready: (signal) => replica.waitFor(0, signal),
    unhealthyReason: () => reasonOf(replica),
    stop: () => lifecycle.stop(),
  })
}

function reasonOf(replica: Replica): string | undefined {
  const { failingSinceMs } = replica
  if (failingSinceMs !== undefined) {
    return `state cannot be reached since ${new Date(failingSinceMs).toISOString()}`
  }
  return replica.ready ? undefined : 'the first view of state has not arrived'
}
