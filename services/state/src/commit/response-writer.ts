/** Sends outcomes to one committer: those of one turn of the event loop in one message, at the pace that it reads. */
import { create } from '@bufbuild/protobuf'
import { type CommitResponse, CommitResponseSchema, type CommitResult } from '@homeport/wire/state'

/** The part of a gRPC stream that is used here. */
export interface ResponseStream {
  /** False: wait for `drain`. */
  write(response: CommitResponse): boolean
  on(event: 'drain', listener: () => void): unknown
  pause(): unknown
  resume(): unknown
}

/** Outcomes in one message; each takes about 60 bytes. */
const RESULTS_PER_RESPONSE_MAX = 5000

/**
 * Buffers outcomes. While the committer does not read its outcomes, no further transactions are read from it,
 * which bounds the buffer by what the queue of state holds.
 */
export class ResponseWriter {
  readonly #stream: ResponseStream
  #results: CommitResult[] = []
  #isScheduled = false
  #isFull = false
  #isClosed = false

  constructor(stream: ResponseStream) {
    this.#stream = stream
    stream.on('drain', () => {
      this.#isFull = false
      stream.resume()
      this.#flush()
    })
  }

  /** Adds an outcome to the next message. */
  add(result: CommitResult): void {
    if (this.#isClosed) return
    this.#results.push(result)
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#flush()
    })
  }

  /** Forgets what was not sent and takes no more. */
  close(): void {
    this.#isClosed = true
    this.#results = []
  }

  #flush(): void {
    while (this.#results.length > 0 && !this.#isFull && !this.#isClosed) {
      const results = this.#results.splice(0, RESULTS_PER_RESPONSE_MAX)
      this.#isFull = !this.#stream.write(create(CommitResponseSchema, { results }))
    }
    if (this.#isFull) this.#stream.pause()
  }
}
