/**
 * One watch: sends what the view was, then what changes.
 *
 * Intuition: a watcher is only a position in the log. What it has not yet been sent is looked up when it can
 * take more, so a slow one costs no memory; one that falls behind what is kept starts again with a snapshot.
 * Model: `following` from a position, or `copying` a snapshot; it writes until the stream says that it is full,
 * and goes on when it drains.
 * Rejected: a queue of changes per watcher, which is either unbounded or has to throw changes away.
 */
import { create, toBinary } from '@bufbuild/protobuf'
import type { ViewReader } from '@homeport/store'
import { WatchResponseSchema } from '@homeport/wire/state'
import type { ChangeRing, TableFilter } from './change-ring.ts'
import { SnapshotCursor } from './snapshot-cursor.ts'

/** Where a watcher writes. */
export interface WatchSink {
  /** Takes an encoded `WatchResponse`. False: it is full until it drains. */
  write(bytes: Uint8Array): boolean
}

/** What all watchers read from. */
export interface WatchSource {
  readonly logId: string
  readonly view: ViewReader
  readonly ring: ChangeRing
  /** Told when a watcher begins a snapshot. */
  readonly onSnapshot: () => void
}

/** Where a watcher begins. */
export interface WatchStart {
  /** 0: with a snapshot. */
  readonly afterRevision: number
  readonly logId: string
  readonly filter: TableFilter
}

type Phase =
  | { readonly kind: 'following'; readonly position: number }
  | { readonly kind: 'copying'; readonly snapshot: SnapshotCursor }

/** Messages written in one turn of the event loop, so that other work gets its turn. */
const MESSAGES_PER_TURN = 16

const GREETING = toBinary(WatchResponseSchema, create(WatchResponseSchema))

/** See the head of this file. */
export class Watcher {
  readonly #source: WatchSource
  readonly #sink: WatchSink
  readonly #filter: TableFilter
  #phase: Phase
  #isFull = false
  #isScheduled = false
  #isClosed = false

  constructor(source: WatchSource, sink: WatchSink, start: WatchStart) {
    this.#source = source
    this.#sink = sink
    this.#filter = start.filter
    const isContinued = start.afterRevision > 0 && start.logId === source.logId
    if (isContinued && source.ring.after(start.afterRevision) !== 'lost') {
      this.#phase = { kind: 'following', position: start.afterRevision }
      this.#write(GREETING)
    } else {
      this.#phase = this.#beginSnapshot()
    }
    this.pump()
  }

  /** Writes what there is to write, as far as the sink takes it. Call it after every record and when it drains. */
  pump(): void {
    for (let count = 0; count < MESSAGES_PER_TURN; count += 1) {
      if (this.#isClosed || this.#isFull || !this.#writeNext()) return
    }
    this.#continueLater()
  }

  /** The sink takes more again. */
  drained(): void {
    this.#isFull = false
    this.pump()
  }

  /** Writes nothing any more. */
  close(): void {
    this.#isClosed = true
  }

  #continueLater(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.pump()
    })
  }

  /** False: there is nothing to write now. */
  #writeNext(): boolean {
    if (this.#phase.kind === 'copying') {
      const { snapshot } = this.#phase
      const { bytes, last } = snapshot.next()
      if (last) this.#phase = { kind: 'following', position: snapshot.revision }
      this.#write(bytes)
      return true
    }
    const entry = this.#source.ring.after(this.#phase.position)
    if (entry === undefined) return false
    if (entry === 'lost') {
      this.#phase = this.#beginSnapshot()
      return true
    }
    this.#phase = { kind: 'following', position: entry.revision }
    this.#write(entry.encoded(this.#filter))
    return true
  }

  #beginSnapshot(): Phase {
    const { logId, onSnapshot, view } = this.#source
    onSnapshot()
    return { kind: 'copying', snapshot: new SnapshotCursor(view, { logId, filter: this.#filter }) }
  }

  #write(bytes: Uint8Array): void {
    if (!this.#sink.write(bytes)) this.#isFull = true
  }
}
