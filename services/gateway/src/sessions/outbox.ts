/**
 * What waits to be sent to one agent, merged so that it stays small.
 *
 * Intuition: an agent that reads slowly needs the newest of everything, not everything. Of acknowledgements and
 * heartbeat answers only the last counts; of a task only what it is now.
 * Model: changes are noted; at the end of the turn they become messages, in a fixed order, for as long as the
 * stream takes them. What the stream does not take now goes with its next `drain`, merged with what came since.
 * Rejected: a queue of messages, which grows with time instead of with the number of tasks.
 */
import { create } from '@bufbuild/protobuf'
import { type GatewayMessage, HeartbeatAnswerSchema, ReportAcknowledgementSchema } from '@homeport/wire/agent'

/** The content of one message to an agent. */
export type OutboundContent = Exclude<GatewayMessage['message'], { case: undefined }>

/** Where messages go: a gRPC stream. */
export interface OutboundStream {
  /** Whether it asked to wait for `drain`. */
  readonly writableNeedDrain: boolean
  write(content: OutboundContent): void
}

/** Makes the messages about assignments, of the view as it is when they are sent. */
export interface AssignmentMessages {
  /** Everything. */
  snapshot(): OutboundContent
  /** `undefined`: nothing is left to say of these tasks. */
  update(taskKeys: ReadonlySet<string>): OutboundContent | undefined
}

/** See the head of this file. */
export class Outbox {
  readonly #stream: OutboundStream
  /** `undefined` while nothing may be said of assignments. */
  #assignments: AssignmentMessages | undefined
  #snapshotDue = false
  #changedTasks = new Set<string>()
  #heartbeat: bigint | undefined
  #acknowledged: bigint | undefined
  #flushScheduled = false
  #closed = false

  constructor(stream: OutboundStream) {
    this.#stream = stream
  }

  /** Sends a snapshot, and from then on what is noted of single tasks. */
  startAssignments(assignments: AssignmentMessages): void {
    this.#assignments = assignments
    this.#snapshotDue = true
    this.#changedTasks.clear()
    this.#schedule()
  }

  /** Says nothing of assignments until they are started again. */
  stopAssignments(): void {
    this.#assignments = undefined
  }

  /** The assignment of one task is to be sent; a snapshot that is still to be sent will hold it. */
  noteTask(taskKey: string): void {
    if (this.#assignments === undefined || this.#snapshotDue) return
    this.#changedTasks.add(taskKey)
    this.#schedule()
  }

  /** A heartbeat is to be answered. */
  noteHeartbeat(sequence: bigint): void {
    this.#heartbeat = sequence
    this.#schedule()
  }

  /** Every report up to `sequence` is to be acknowledged. */
  noteAcknowledged(sequence: bigint): void {
    this.#acknowledged = sequence
    this.#schedule()
  }

  /** Sends what the stream takes now. */
  flush(): void {
    while (!this.#closed && !this.#stream.writableNeedDrain) {
      const content = this.#next()
      if (content === undefined) return
      this.#stream.write(content)
    }
  }

  /** Nothing is sent any more. */
  close(): void {
    this.#closed = true
  }

  /** At the end of this turn: several revisions, or several commits, may be part of it. */
  #schedule(): void {
    if (this.#flushScheduled) return
    this.#flushScheduled = true
    queueMicrotask(() => {
      this.#flushScheduled = false
      this.flush()
    })
  }

  #next(): OutboundContent | undefined {
    return this.#nextAssignments() ?? this.#nextAnswer()
  }

  #nextAssignments(): OutboundContent | undefined {
    if (this.#assignments === undefined) return undefined
    if (this.#snapshotDue) {
      this.#snapshotDue = false
      return this.#assignments.snapshot()
    }
    if (this.#changedTasks.size === 0) return undefined
    const taskKeys = this.#changedTasks
    this.#changedTasks = new Set()
    return this.#assignments.update(taskKeys)
  }

  #nextAnswer(): OutboundContent | undefined {
    if (this.#heartbeat !== undefined) {
      const sequence = this.#heartbeat
      this.#heartbeat = undefined
      return { case: 'heartbeatAnswer', value: create(HeartbeatAnswerSchema, { sequence }) }
    }
    if (this.#acknowledged === undefined) return undefined
    const sequence = this.#acknowledged
    this.#acknowledged = undefined
    return { case: 'acknowledgement', value: create(ReportAcknowledgementSchema, { sequence }) }
  }
}
