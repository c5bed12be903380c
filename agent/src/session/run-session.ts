/**
 * One session with the gateway, from connecting to its end.
 *
 * Model: connecting → registering → live → ended. In `live` reports flow out as they come, after those that were
 * left over; assignments and acknowledgements flow in. Whatever the gateway sends proves that it is there; when
 * nothing came for some heartbeats, the session is given up, because a dead connection may look open for minutes.
 */
import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { credentials } from '@grpc/grpc-js'
import type { Clock, Logger, Timer } from '@homeport/runtime'
import { connect } from '@homeport/wire'
import {
  AgentMessageSchema,
  AgentSessionService,
  type Assignment,
  type GatewayMessage,
  type Registered,
} from '@homeport/wire/agent'
import { TaskStatus } from '@homeport/wire/types'
import type { TaskAssignment } from '../engine/assignment.ts'
import type { Identity } from './identity.ts'
import type { AssignedWork, HostDescription, SessionReport } from './session-ports.ts'

/** Where and as whom. */
export interface SessionOptions {
  /** `host:port`; the host is a name of the gateway's certificate. */
  readonly address: string
  readonly identity: Identity
  readonly host: HostDescription
}

/** What a session needs. */
export interface SessionPorts {
  readonly work: AssignedWork
  readonly clock: Clock
  readonly logger: Logger
  /** The gateway accepted the registration. */
  readonly onRegistered: (registered: Registered) => void
}

/** How a session ended. */
export type SessionOutcome =
  /** The gateway closed it; `code` as in `SessionEnd`. */
  | { readonly kind: 'ended'; readonly code: string; readonly message: string }
  /** The connection broke, could not be made, or went silent. */
  | { readonly kind: 'lost'; readonly reason: string }
  /** We were told to stop. */
  | { readonly kind: 'stopped' }

/** A registration is durable before it is answered, and state may be without a leader for eight seconds. */
const REGISTER_TIMEOUT_MS = 20_000
/** As many as the gateway allows us to miss. */
const HEARTBEATS_UNANSWERED_MAX = 3
/** A complete set of a thousand tasks with large definitions fits. */
const MESSAGE_BYTES_MAX = 256 * 1024 * 1024

/** Runs one session; resolves when it has ended, and never rejects. */
export function runSession(
  options: SessionOptions,
  ports: SessionPorts,
  signal: AbortSignal,
): Promise<SessionOutcome> {
  return new Promise((resolve) => new Session(options, ports, signal).run(resolve))
}

type Outgoing = MessageInitShape<typeof AgentMessageSchema>['message']

class Session {
  readonly #options: SessionOptions
  readonly #ports: SessionPorts
  readonly #signal: AbortSignal
  readonly #client
  readonly #call
  #silence: Timer
  #heartbeats: Timer | undefined
  #unlisten: (() => void) | undefined
  #heartbeatCount = 0n
  #silenceMs = REGISTER_TIMEOUT_MS
  #finish: ((outcome: SessionOutcome) => void) | undefined

  constructor(options: SessionOptions, ports: SessionPorts, signal: AbortSignal) {
    const { authorityPem, privateKeyPem, certificatePem } = options.identity
    this.#options = options
    this.#ports = ports
    this.#signal = signal
    this.#client = connect(AgentSessionService, {
      address: options.address,
      credentials: credentials.createSsl(
        Buffer.from(authorityPem),
        Buffer.from(privateKeyPem),
        Buffer.from(certificatePem),
      ),
      channelOptions: {
        // Of our own, so that the library's back-off between connections does not add to ours.
        'grpc.use_local_subchannel_pool': 1,
        'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
        'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
      },
    })
    this.#call = this.#client.session()
    this.#silence = this.#watchSilence()
  }

  run(finish: (outcome: SessionOutcome) => void): void {
    this.#finish = finish
    this.#call.on('data', (message: GatewayMessage) => this.#receive(message))
    this.#call.on('error', (error: Error) => this.#end({ kind: 'lost', reason: error.message }))
    this.#call.on('end', () => this.#end({ kind: 'lost', reason: 'the gateway closed the stream' }))
    this.#signal.addEventListener('abort', this.#onAbort, { once: true })
    if (this.#signal.aborted) this.#onAbort()
    const { work } = this.#ports
    this.#send({
      case: 'register',
      value: {
        ...this.#options.host,
        assignmentRevision: BigInt(work.assignmentRevision),
        heldTaskIds: work.heldTaskIds(),
      },
    })
  }

  readonly #onAbort = (): void => this.#end({ kind: 'stopped' })

  #receive({ message }: GatewayMessage): void {
    this.#silence.cancel()
    this.#silence = this.#watchSilence()
    const { work } = this.#ports
    switch (message.case) {
      case 'registered':
        this.#goLive(message.value)
        return
      case 'snapshot':
        this.#assign(message.value, true)
        return
      case 'update':
        this.#assign(message.value, false)
        return
      case 'acknowledgement':
        work.acknowledge(Number(message.value.sequence))
        return
      case 'end':
        this.#end({ kind: 'ended', code: message.value.code, message: message.value.message })
        return
      // An answer only proves that the gateway is there; the rest is of a later version.
      case 'heartbeatAnswer':
      case undefined:
        return
    }
  }

  #goLive(registered: Registered): void {
    const { work, clock, onRegistered } = this.#ports
    onRegistered(registered)
    this.#silence.cancel()
    this.#silenceMs = registered.heartbeatIntervalMs * HEARTBEATS_UNANSWERED_MAX
    this.#silence = this.#watchSilence()
    this.#heartbeats = clock.every(registered.heartbeatIntervalMs, () => this.#beat(), { background: true })
    for (const report of work.pendingReports()) this.#report(report)
    this.#unlisten = work.onReport((report) => this.#report(report))
  }

  #assign(
    { revision, assignments }: { readonly revision: bigint; readonly assignments: readonly Assignment[] },
    isComplete: boolean,
  ): void {
    // What it takes up is taken up in order before the call returns; only safety on disk is waited for.
    void this.#ports.work.assign(Number(revision), assignments.map(toTaskAssignment), isComplete)
  }

  #report({ sequence, taskId, observed }: SessionReport): void {
    this.#send({ case: 'taskReport', value: { sequence: BigInt(sequence), taskId, observed } })
  }

  #beat(): void {
    this.#heartbeatCount += 1n
    this.#send({ case: 'heartbeat', value: { sequence: this.#heartbeatCount } })
  }

  #send(message: Outgoing): void {
    if (this.#finish === undefined) return
    this.#call.write(create(AgentMessageSchema, message === undefined ? {} : { message }))
  }

  #watchSilence(): Timer {
    const reason = `the gateway was silent for ${this.#silenceMs} ms`
    return this.#ports.clock.after(this.#silenceMs, () => this.#end({ kind: 'lost', reason }), {
      background: true,
    })
  }

  #end(outcome: SessionOutcome): void {
    const finish = this.#finish
    if (finish === undefined) return
    this.#finish = undefined
    this.#silence.cancel()
    this.#heartbeats?.cancel()
    this.#unlisten?.()
    this.#signal.removeEventListener('abort', this.#onAbort)
    this.#call.cancel()
    this.#client.close()
    finish(outcome)
  }
}

function toTaskAssignment(assignment: Assignment): TaskAssignment {
  return {
    taskId: assignment.taskId,
    taskArn: assignment.taskArn,
    clusterArn: assignment.clusterArn,
    desiredStatus: assignment.desiredStatus === TaskStatus.STOPPED ? 'STOPPED' : 'RUNNING',
    stoppedReason: assignment.stoppedReason,
    family: assignment.family,
    revision: assignment.revision,
    taskDefinition: assignment.taskDefinition,
    overrides: assignment.overrides,
  }
}
