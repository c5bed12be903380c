/** State's gRPC surface: turns calls into submissions and watchers, and nothing else. */
import { fromBinary } from '@bufbuild/protobuf'
import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerWritableStream,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js'
import { prepareSocketAddress, type Running } from '@homeport/runtime'
import { CallError, serviceDefinition, serviceImplementation, toServiceError } from '@homeport/wire'
import {
  type CommitRequest,
  type CommitResponse,
  type GetStatusResponse,
  StateService,
  TransactionSchema,
  type WatchRequest,
  type WatchResponse,
} from '@homeport/wire/state'
import type { Leader } from './commit/leader.ts'
import { ResponseWriter } from './commit/response-writer.ts'
import type { StateMachine } from './state-machine.ts'
import { tableFilter } from './watch/change-ring.ts'
import { Watcher, type WatchSource } from './watch/watcher.ts'

/** What the server serves. */
export interface GrpcServerOptions {
  /** `unix:PATH` or `host:port`; port 0 lets the system choose. */
  readonly address: string
  readonly leader: Leader
  readonly machine: StateMachine
  readonly source: WatchSource
  readonly getStatus: () => Omit<GetStatusResponse, '$typeName'>
}

/** A serving server. */
export interface GrpcServer extends Running {
  /** The address with the port that was chosen. */
  readonly address: string
  readonly watcherCount: number
}

/** Watches at a time; each process of a control plane has one. */
const WATCHERS_MAX = 1000

/** Notices within 15 s that a caller is gone without a word. */
const SERVER_OPTIONS = { 'grpc.keepalive_time_ms': 10_000, 'grpc.keepalive_timeout_ms': 5000 }

/** Starts to serve. @throws {Error} when the address cannot be listened on. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const watchers = new Set<Watcher>()
  const server = new Server(SERVER_OPTIONS)
  server.addService(
    definition(),
    serviceImplementation(StateService, {
      commit: (call) => serveCommit(call, options.leader),
      watch: (call) => serveWatch(call, options.source, watchers),
      getStatus: () => Promise.resolve(options.getStatus()),
    }),
  )
  await prepareSocketAddress(options.address)
  const port = await bind(server, options.address)
  const unsubscribe = options.machine.onRecord(() => {
    for (const watcher of watchers) watcher.pump()
  })
  return {
    address: options.address.startsWith('unix:')
      ? options.address
      : options.address.replace(/:\d+$/, `:${port}`),
    get watcherCount() {
      return watchers.size
    },
    stop() {
      unsubscribe()
      server.forceShutdown()
      return Promise.resolve()
    },
  }
}

/** Watch responses come encoded, so that each is encoded once for all watchers. */
function definition(): ServiceDefinition {
  const methods = serviceDefinition(StateService)
  const watch = { ...methods['watch'], responseSerialize: asBuffer }
  return { ...methods, watch } as ServiceDefinition
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const bind = (server: Server, address: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port)
      else reject(error)
    })
  })

function serveCommit(call: ServerDuplexStream<CommitRequest, CommitResponse>, leader: Leader): void {
  const writer = new ResponseWriter(call)
  call.on('data', (request: CommitRequest) => {
    for (const bytes of request.transactions) {
      let transaction: ReturnType<typeof decodeTransaction>
      try {
        transaction = decodeTransaction(bytes)
      } catch {
        // Without its id it cannot be answered, and whoever sends it has no transaction to send.
        const text = 'Cannot commit: a transaction must be an encoded Transaction, received other bytes'
        call.emit('error', toServiceError(new CallError(status.INVALID_ARGUMENT, text)))
        return
      }
      leader.submit({ transaction, bytes, resent: request.resent }, (result) => writer.add(result))
    }
  })
  call.on('end', () => call.end())
  call.on('cancelled', () => writer.close())
  // A broken connection: the caller sends again what was not answered.
  call.on('error', () => writer.close())
}

const decodeTransaction = (bytes: Uint8Array) => fromBinary(TransactionSchema, bytes)

function serveWatch(
  call: ServerWritableStream<WatchRequest, WatchResponse>,
  source: WatchSource,
  watchers: Set<Watcher>,
): void {
  if (watchers.size >= WATCHERS_MAX) {
    const text = `Cannot watch: at most ${WATCHERS_MAX} watches may be open, received one more`
    call.emit('error', toServiceError(new CallError(status.RESOURCE_EXHAUSTED, text)))
    return
  }
  const { afterRevision, logId, tables } = call.request
  const sink = { write: (bytes: Uint8Array) => call.write(bytes as unknown as WatchResponse) }
  const watcher = new Watcher(source, sink, {
    afterRevision: Number(afterRevision),
    logId,
    filter: tableFilter(tables),
  })
  watchers.add(watcher)
  const close = (): void => {
    watcher.close()
    watchers.delete(watcher)
  }
  call.on('drain', () => watcher.drained())
  call.on('cancelled', close)
  call.on('close', close)
  // A broken connection: the caller opens another watch.
  call.on('error', close)
}
