import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  PersistMode,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream'
import { BusError } from './bus-error.ts'
import type { LogStreamOptions } from './log-port.ts'

/** JetStream's code for a stream that does not exist. */
const STREAM_NOT_FOUND = 10_059

/** Nothing limits or rewrites the log; only snapshots may trim it, by purging. */
const configOf = (options: LogStreamOptions) =>
  ({
    name: options.stream,
    subjects: [options.subject],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    num_replicas: options.replicaCount ?? 1,
    max_msgs: -1,
    max_bytes: -1,
    max_age: 0,
    max_msg_size: -1,
    max_msgs_per_subject: -1,
    deny_delete: true,
  }) as const satisfies Partial<StreamConfig>

/**
 * The stream as it is, made when it does not exist.
 * @throws {BusError} STREAM_MISMATCH when the server keeps it otherwise than asked; older servers drop settings silently.
 */
export async function openStream(manager: JetStreamManager, options: LogStreamOptions): Promise<StreamInfo> {
  const wanted = configOf(options)
  const info = await findOrAdd(manager, wanted)
  const differences = differencesOf(wanted, info.config)
  if (differences.length > 0) {
    const text = `Cannot use stream ${options.stream}: it must be configured as asked, received ${differences.join(', ')}`
    throw new BusError('STREAM_MISMATCH', text)
  }
  return info
}

async function findOrAdd(
  manager: JetStreamManager,
  config: ReturnType<typeof configOf>,
): Promise<StreamInfo> {
  try {
    return await manager.streams.info(config.name)
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== STREAM_NOT_FOUND) throw error
    return manager.streams.add({ ...config, subjects: [...config.subjects] })
  }
}

/** `persist_mode: async` acknowledges before anything is stored, whatever the server's `sync_interval`. */
function differencesOf(wanted: Partial<StreamConfig>, actual: StreamConfig): string[] {
  const differences = Object.entries(wanted)
    .map(([name, value]) => [name, value, actual[name as keyof StreamConfig]] as const)
    .filter(([, value, found]) => JSON.stringify(value) !== JSON.stringify(found))
    .map(([name, , found]) => `${name} ${JSON.stringify(found)}`)
  if (actual.persist_mode === PersistMode.Async) differences.push('persist_mode "async"')
  return differences
}
