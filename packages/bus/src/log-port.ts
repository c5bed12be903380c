/** What a log is to those who use it. */
import type { Clock, Logger } from '@homeport/runtime'

/** What a bus needs of its process. */
export interface BusPorts {
  readonly clock: Clock
  readonly logger: Logger
}

/** Which stream, and how it is made when it does not exist. */
export interface LogStreamOptions {
  /** The stream's name. */
  readonly stream: string
  /** The one subject that it stores. */
  readonly subject: string
  /** Servers that keep a copy, 1 to 5; default 1. */
  readonly replicaCount?: number
}

/** What became of an append. */
export type AppendOutcome =
  | { readonly kind: 'appended'; readonly sequence: number }
  /** Not stored: the log ends elsewhere, where is given when the server says it. */
  | { readonly kind: 'wrongLastSequence'; readonly actualSequence: number | undefined }
  /** Stored or not, and it may still be: read the log, or append again behind the same sequence. */
  | { readonly kind: 'unclear'; readonly reason: string }

/** One stored message. */
export interface LogEntry {
  readonly sequence: number
  readonly bytes: Uint8Array
}

/** The log's ends. */
export interface LogBounds {
  /** The oldest entry that is still stored; one more than `lastSequence` when there is none. */
  readonly firstSequence: number
  /** The newest sequence ever given, 0 before the first. */
  readonly lastSequence: number
}

/** A log on a stream. Lives as long as its bus. */
export interface LogStream {
  /** Identifies this log among all that ever had its name. */
  readonly logId: string
  /** Bytes that one entry may have. */
  readonly entryBytesMax: number
  /**
   * Stores `bytes` as the entry after `expectedLastSequence`. One call at a time. Never rejects for what NATS does.
   */
  append(expectedLastSequence: number, bytes: Uint8Array): Promise<AppendOutcome>
  /** Where the log begins and ends now, by the stream's leader. @throws {BusError} UNAVAILABLE */
  bounds(): Promise<LogBounds>
  /**
   * Every entry from `first` to `last`, both included, in order; sequences that are not stored are left out.
   * Waits while NATS is away. Ends early when `signal` aborts.
   * @throws {BusError} UNAVAILABLE when reading could not begin.
   */
  read(first: number, last: number, signal?: AbortSignal): AsyncIterable<LogEntry>
}
