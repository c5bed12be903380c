/**
 * One JetStream stream as a log: append behind a known end, read back, nothing else.
 *
 * Intuition: a log is safe when every append names the sequence that it follows. Two writers then cannot both
 * succeed, and a writer that does not know what became of an append finds out by reading the log.
 * Model: one append under way at a time, published by hand with a reply subject of its own; its outcome is
 * appended, refused because the end has moved, or unclear (no answer in time, no responders, connection lost).
 * Rejected: the library's publish, which costs twice as much per message and retries in ways that hide the
 * outcome; deduplication by `Nats-Msg-Id`, which servers answer differently when the expectation is stale
 * (decision 0007).
 */
import { invariant, required } from '@homeport/base'
import type { Timer } from '@homeport/runtime'
import { DeliverPolicy, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { createInbox, headers, type Msg, type NatsConnection } from '@nats-io/nats-core'
import { parseAppendReply } from './append-reply.ts'
import { BusError } from './bus-error.ts'
import type { AppendOutcome, BusPorts, LogBounds, LogEntry, LogStream, LogStreamOptions } from './log-port.ts'
import { openStream } from './open-stream.ts'

/** An append that takes longer has met a dying server; what became of it is then read from the log. */
const APPEND_TIMEOUT_MS = 5000

/** Requests about the stream. */
const REQUEST_TIMEOUT_MS = 5000

/** Up to this many entries are asked for one by one, which needs no consumer. */
const SINGLE_READS_MAX = 8

/**
 * Bytes on their way to a reader: enough to keep it busy, and more than the largest entry. Counted in entries, large
 * ones exceed what the server holds for a client (64 MB), it cuts the connection, and reading never ends.
 */
const READ_AHEAD_BYTES = 8 * 1024 * 1024

/** Room for the headers of an entry, which count against the server's largest message. */
const HEADER_BYTES = 1024

const EXPECTED_LAST_SEQUENCE = 'Nats-Expected-Last-Sequence'

/** Opens or creates the stream. @throws {BusError} */
export async function openLogStream(
  connection: NatsConnection,
  options: LogStreamOptions,
  ports: BusPorts,
): Promise<JetStreamLog> {
  const manager = await jetstreamManager(connection, { timeout: REQUEST_TIMEOUT_MS, checkAPI: false })
  const info = await unavailableUnlessAnswered(() => openStream(manager, options))
  return new JetStreamLog({ connection, manager, logId: info.created, options, ports })
}

/** Turns what the library throws for a missing answer into our own failure. */
async function unavailableUnlessAnswered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof BusError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    const text = `Cannot use the log stream: JetStream must answer, received ${reason}`
    throw new BusError('UNAVAILABLE', text, { cause: error })
  }
}

interface JetStreamLogParts {
  readonly connection: NatsConnection
  readonly manager: JetStreamManager
  readonly logId: string
  readonly options: LogStreamOptions
  readonly ports: BusPorts
}

interface PendingAppend {
  readonly replySubject: string
  readonly resolve: (outcome: AppendOutcome) => void
  readonly timer: Timer
}

/** The log as its bus knows it; everybody else sees `LogStream`. */
export class JetStreamLog implements LogStream {
  readonly logId: string
  readonly #parts: JetStreamLogParts
  readonly #inbox = createInbox()
  #appendCount = 0
  #isConnected = true
  #payloadBytesMax: number
  #pending: PendingAppend | undefined

  constructor(parts: JetStreamLogParts) {
    this.#parts = parts
    this.logId = parts.logId
    this.#payloadBytesMax = required(parts.connection.info, 'the greeting of NATS').max_payload
    parts.connection.subscribe(`${this.#inbox}.*`, { callback: (_error, message) => this.#receive(message) })
  }

  get entryBytesMax(): number {
    // While the connection is being made anew the library knows no server, so the last one's word holds.
    this.#payloadBytesMax = this.#parts.connection.info?.max_payload ?? this.#payloadBytesMax
    return this.#payloadBytesMax - HEADER_BYTES
  }

  append(expectedLastSequence: number, bytes: Uint8Array): Promise<AppendOutcome> {
    invariant(this.#pending === undefined, 'Cannot append: one append at a time, received a second')
    if (!this.#isConnected) return Promise.resolve({ kind: 'unclear', reason: 'no connection to NATS' })
    const { connection, options, ports } = this.#parts
    this.#appendCount += 1
    const replySubject = `${this.#inbox}.${this.#appendCount}`
    const messageHeaders = headers()
    messageHeaders.set(EXPECTED_LAST_SEQUENCE, String(expectedLastSequence))
    return new Promise((resolve) => {
      const timer = ports.clock.after(APPEND_TIMEOUT_MS, () =>
        this.#settle({ kind: 'unclear', reason: `no answer within ${APPEND_TIMEOUT_MS} ms` }),
      )
      this.#pending = { replySubject, resolve, timer }
      try {
        connection.publish(options.subject, bytes, { reply: replySubject, headers: messageHeaders })
      } catch (error) {
        this.#settle({ kind: 'unclear', reason: error instanceof Error ? error.message : String(error) })
      }
    })
  }

  bounds(): Promise<LogBounds> {
    return this.#request(async () => {
      const { state } = await this.#parts.manager.streams.info(this.#parts.options.stream)
      return { firstSequence: state.first_seq, lastSequence: state.last_seq }
    })
  }

  read(first: number, last: number, signal?: AbortSignal): AsyncIterable<LogEntry> {
    if (last - first < SINGLE_READS_MAX) return this.#readSingly(first, last)
    return this.#readAhead(first, last, signal)
  }

  /** Nothing under way will be answered, and nothing may be published until the connection is back. */
  connectionLost(): void {
    this.#isConnected = false
    this.#settle({ kind: 'unclear', reason: 'the connection was lost' })
  }

  /** Appends and requests may go on. */
  connectionBack(): void {
    this.#isConnected = true
  }

  #request<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isConnected) return unavailableUnlessAnswered(work)
    return Promise.reject(
      new BusError('UNAVAILABLE', 'Cannot ask JetStream: there must be a connection to NATS, received none'),
    )
  }

  #receive(message: Msg): void {
    if (message.subject === this.#pending?.replySubject) this.#settle(parseAppendReply(message))
  }

  #settle(outcome: AppendOutcome): void {
    const pending = this.#pending
    this.#pending = undefined
    pending?.timer.cancel()
    pending?.resolve(outcome)
  }

  async *#readSingly(first: number, last: number): AsyncGenerator<LogEntry> {
    const { manager, options } = this.#parts
    for (let sequence = first; sequence <= last; sequence += 1) {
      // oxlint-disable-next-line no-await-in-loop -- in order, and few
      const message = await this.#request(() => manager.streams.getMessage(options.stream, { seq: sequence }))
      if (message !== null) yield { sequence, bytes: message.data }
    }
  }

  async *#readAhead(first: number, last: number, signal?: AbortSignal): AsyncGenerator<LogEntry> {
    const { connection, options } = this.#parts
    const messages = await this.#request(async () => {
      const consumer = await jetstream(connection, { timeout: REQUEST_TIMEOUT_MS }).consumers.get(
        options.stream,
        { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: first },
      )
      return consumer.consume({ max_bytes: READ_AHEAD_BYTES })
    })
    const onAbort = (): void => messages.stop()
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      for await (const message of messages) {
        if (message.seq <= last) yield { sequence: message.seq, bytes: message.data }
        if (message.seq >= last) return
      }
    } finally {
      signal?.removeEventListener('abort', onAbort)
      await messages.close()
    }
  }
}
