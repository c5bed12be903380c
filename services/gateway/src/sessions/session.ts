/**
 * One agent's session.
 *
 * Model: awaiting-register → registering → synchronizing → live, and ended from each of them.
 *   registering    what the agent says of its host is being made durable
 *   synchronizing  the view is older than something that this agent has already acted on, so neither
 *                  assignments nor reports would be judged rightly: both wait
 *   live           the agent is sent a snapshot, then changes as the view moves
 * The revision of everything sent only grows. Losing a session changes nothing but `agent_connected`, later.
 */

import { create } from '@bufbuild/protobuf'
import { type ServerDuplexStream, status } from '@grpc/grpc-js'
import type { Clock, Timer } from '@homeport/runtime'
import type { Row, StateReader } from '@homeport/store'
import {
  type AgentMessage,
  type GatewayMessage,
  GatewayMessageSchema,
  type Register,
  RegisteredSchema,
  SessionEndSchema,
  type TaskReport,
} from '@homeport/wire/agent'
import { ContainerInstanceStatus } from '@homeport/wire/types'
import { AssignmentFeed } from './assignment-feed.ts'
import { HEARTBEAT_INTERVAL_MS, HeartbeatMonitor } from './heartbeat-monitor.ts'
import type { HostIdentity } from './host-identity.ts'
import type { InstanceIdentity } from './instance-identity.ts'
import { type OutboundContent, type OutboundStream, Outbox } from './outbox.ts'
import type { RegistrationOutcome } from './registrar.ts'
import { ReportWindow } from './report-window.ts'
import type { Telemetry } from './telemetry.ts'

/** The stream of a session, as grpc-js gives it to the handler. */
export type AgentCall = ServerDuplexStream<AgentMessage, GatewayMessage>

/** Why a session ended: the label `reason` of its metric. */
export type SessionEndReason =
  | 'closed'
  | 'lost'
  | 'replaced'
  | 'deregistered'
  | 'shutdown'
  | 'invalid'
  | 'failed'

/** What sessions share. */
export interface SessionPorts {
  readonly reader: StateReader
  readonly register: (host: HostIdentity, register: Register) => Promise<RegistrationOutcome>
  readonly reports: {
    submit(instance: InstanceIdentity, report: TaskReport, onSettled: () => void): void
  }
  readonly directory: {
    /** The session is the instance's from now on. */
    claim(instance: InstanceIdentity, session: Session): void
    /** The session ended; `lastContactMs` is of the monotonic clock. */
    release(instance: InstanceIdentity, session: Session, lastContactMs: number): void
  }
  readonly clock: Clock
  readonly telemetry: Telemetry
}

type SessionState =
  | { readonly kind: 'awaiting-register'; readonly timeout: Timer }
  | { readonly kind: 'registering' }
  | {
      readonly kind: 'synchronizing'
      readonly instance: InstanceIdentity
      readonly reports: HeldReport[]
      readonly warning: Timer
    }
  | { readonly kind: 'live'; readonly instance: InstanceIdentity; readonly feed: AssignmentFeed }
  | { readonly kind: 'ended' }

interface HeldReport {
  readonly report: TaskReport
  readonly onSettled: () => void
}

/** An agent registers at once; whoever does not is none. */
const REGISTER_TIMEOUT_MS = 10_000

/** The view follows state by milliseconds; longer than this somebody should know that a host waits. */
const HELD_BACK_WARNING_MS = 10_000

/** Unacknowledged reports at which the session stops reading; it reads again at half of them. */
const REPORTS_OPEN_MAX = 1_024

/** See the head of this file. */
export class Session {
  readonly #call: AgentCall
  readonly #host: HostIdentity
  readonly #ports: SessionPorts
  readonly #telemetry: Telemetry
  readonly #outbox: Outbox
  readonly #monitor: HeartbeatMonitor
  readonly #window = new ReportWindow()
  readonly #abort = new AbortController()
  #state: SessionState
  #paused = false

  /** Serves `call` from now on. */
  constructor(call: AgentCall, host: HostIdentity, ports: SessionPorts) {
    this.#call = call
    this.#host = host
    this.#ports = ports
    this.#telemetry = {
      metrics: ports.telemetry.metrics,
      logger: ports.telemetry.logger.child({ instanceId: host.instanceId, peer: call.getPeer() }),
    }
    this.#outbox = new Outbox(this.#outbound())
    this.#monitor = new HeartbeatMonitor(ports.clock, {
      onMissed: (count) => ports.telemetry.metrics.heartbeatsMissed.inc(count),
      onLost: () => this.#fail('lost', 'heartbeats are missing'),
    })
    const timeout = ports.clock.after(REGISTER_TIMEOUT_MS, () =>
      this.#fail('failed', 'no registration was received in time'),
    )
    this.#state = { kind: 'awaiting-register', timeout }
    this.#listen()
  }

  /** One of the instance's tasks is new or its desired status changed. */
  taskChanged(taskKey: string): void {
    this.#outbox.noteTask(taskKey)
  }

  /** The row of the instance changed; `undefined`: it is gone. */
  instanceChanged(row: Row<'containerInstances'> | undefined): void {
    if (row !== undefined && row.value.status !== ContainerInstanceStatus.INACTIVE) return
    this.end('deregistered', {
      code: 'DEREGISTERED',
      message: `Container instance ${this.#host.instanceId} was deregistered`,
    })
  }

  /** The whole view was replaced. */
  viewReset(): void {
    if (this.#state.kind !== 'live') return
    const { instance, feed } = this.#state
    this.#outbox.stopAssignments()
    this.#startSynchronizing(instance, feed.sentRevision)
  }

  /** Tells the agent why, and closes the stream. */
  end(reason: SessionEndReason, end: { readonly code: string; readonly message: string }): void {
    if (this.#state.kind === 'ended') return
    this.#outbox.flush()
    this.#write({ case: 'end', value: create(SessionEndSchema, end) })
    this.#becomeEnded(reason, end.message)
    this.#call.end()
  }

  #listen(): void {
    this.#call.on('data', (message: AgentMessage) => this.#receive(message))
    this.#call.on('drain', () => this.#outbox.flush())
    this.#call.on('end', () => {
      this.#becomeEnded('closed', 'the agent closed the stream')
      this.#call.end()
    })
    this.#call.on('cancelled', () => this.#becomeEnded('closed', 'the connection was closed'))
    this.#call.on('error', (error) => this.#becomeEnded('failed', error.message))
  }

  /** Closes the stream with an error; the agent connects again. */
  #fail(reason: SessionEndReason, message: string): void {
    if (this.#state.kind === 'ended') return
    this.#becomeEnded(reason, message)
    this.#call.emit(
      'error',
      Object.assign(new Error(message), { code: status.UNAVAILABLE, details: message }),
    )
  }

  #becomeEnded(reason: SessionEndReason, message: string): void {
    const previous = this.#state
    if (previous.kind === 'ended') return
    this.#leave(previous)
    this.#state = { kind: 'ended' }
    this.#abort.abort()
    this.#outbox.close()
    this.#monitor.suspend()
    this.#telemetry.metrics.sessionsEnded.inc({ reason })
    if (this.#paused) this.#telemetry.metrics.pausedSessions.dec()
    this.#telemetry.logger.info({ reason, detail: message, state: previous.kind }, 'agent session ended')
    if (previous.kind === 'live' || previous.kind === 'synchronizing') {
      this.#ports.directory.release(previous.instance, this, this.#monitor.lastContactMs)
    }
  }

  #leave(state: SessionState): void {
    if (state.kind === 'awaiting-register') state.timeout.cancel()
    if (state.kind === 'synchronizing') state.warning.cancel()
  }

  #receive({ message }: AgentMessage): void {
    if (this.#state.kind === 'ended') return
    this.#monitor.contact()
    switch (message.case) {
      case 'register':
        this.#receiveRegister(message.value)
        return
      case 'heartbeat':
        this.#outbox.noteHeartbeat(message.value.sequence)
        return
      case 'taskReport':
        this.#receiveReport(message.value)
        return
      case undefined:
        // A message of a newer agent, which has to do without an answer.
        return
    }
  }

  #receiveRegister(register: Register): void {
    if (this.#state.kind !== 'awaiting-register') {
      this.end('invalid', { code: 'INVALID', message: 'InvalidParameterException: Already registered' })
      return
    }
    this.#leave(this.#state)
    this.#state = { kind: 'registering' }
    void this.#register(register)
  }

  async #register(register: Register): Promise<void> {
    const { registrations } = this.#telemetry.metrics
    let outcome: RegistrationOutcome
    try {
      outcome = await this.#ports.register(this.#host, register)
    } catch (error) {
      registrations.inc({ outcome: 'failed' })
      this.#telemetry.logger.error({ err: error }, 'registration failed, the agent will try again')
      this.#fail('failed', 'the registration could not be recorded')
      return
    }
    registrations.inc({ outcome: outcome.kind === 'registered' ? 'registered' : outcome.code })
    if (this.#state.kind === 'ended') return
    if (outcome.kind === 'refused') {
      this.end(outcome.code === 'INVALID' ? 'invalid' : 'deregistered', outcome)
      return
    }
    this.#becomeRegistered(outcome, register)
  }

  #becomeRegistered(
    { instance, revision }: Extract<RegistrationOutcome, { kind: 'registered' }>,
    register: Register,
  ): void {
    this.#telemetry.logger.info(
      { arn: instance.arn, hostname: register.hostname, heldTaskCount: register.heldTaskIds.length },
      'agent registered',
    )
    this.#write({
      case: 'registered',
      value: create(RegisteredSchema, {
        accountId: this.#host.accountId,
        containerInstanceArn: instance.arn,
        heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
      }),
    })
    this.#startSynchronizing(instance, Math.max(revision, Number(register.assignmentRevision)))
    this.#ports.directory.claim(instance, this)
  }

  #startSynchronizing(instance: InstanceIdentity, minimumRevision: number): void {
    const warning = this.#ports.clock.after(HELD_BACK_WARNING_MS, () =>
      this.#telemetry.logger.warn(
        { minimumRevision, revision: this.#ports.reader.view.revision },
        'assignments are held back: the agent has acted on a revision that is not in the view',
      ),
    )
    const state: SessionState = { kind: 'synchronizing', instance, reports: [], warning }
    this.#state = state
    this.#ports.reader.waitFor(minimumRevision, this.#abort.signal).then(
      () => {
        if (this.#state === state) this.#becomeLive(state)
      },
      (error: unknown) => {
        if (this.#state !== state) return
        this.#telemetry.logger.error({ err: error }, 'view cannot be followed')
        this.#fail('failed', 'the view cannot be followed')
      },
    )
  }

  #becomeLive(state: Extract<SessionState, { kind: 'synchronizing' }>): void {
    this.#leave(state)
    const feed = new AssignmentFeed(state.instance, {
      reader: this.#ports.reader,
      telemetry: this.#telemetry,
    })
    this.#state = { kind: 'live', instance: state.instance, feed }
    this.#outbox.startAssignments(feed)
    for (const { report, onSettled } of state.reports) {
      this.#ports.reports.submit(state.instance, report, onSettled)
    }
    this.instanceChanged(this.#ports.reader.view.table('containerInstances').get(state.instance.key))
  }

  #receiveReport(report: TaskReport): void {
    const settle = this.#window.add(report.sequence)
    const onSettled = (): void => this.#reportSettled(settle())
    switch (this.#state.kind) {
      case 'live':
        this.#ports.reports.submit(this.#state.instance, report, onSettled)
        break
      case 'synchronizing':
        this.#state.reports.push({ report, onSettled })
        break
      case 'awaiting-register':
      case 'registering':
        this.end('invalid', {
          code: 'INVALID',
          message: 'InvalidParameterException: Task reports are taken after registration',
        })
        return
      case 'ended':
        return
    }
    if (this.#window.size >= REPORTS_OPEN_MAX) this.#pause()
  }

  #reportSettled(acknowledged: bigint | undefined): void {
    if (this.#state.kind === 'ended') return
    if (acknowledged !== undefined) this.#outbox.noteAcknowledged(acknowledged)
    if (this.#paused && this.#window.size <= REPORTS_OPEN_MAX / 2) this.#resume()
  }

  /** The agent keeps what is not read; the connection's own keep-alive notices when it dies meanwhile. */
  #pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#telemetry.metrics.pausedSessions.inc()
    this.#monitor.suspend()
    this.#call.pause()
  }

  #resume(): void {
    this.#paused = false
    this.#telemetry.metrics.pausedSessions.dec()
    this.#monitor.resume()
    this.#call.resume()
  }

  #write(content: OutboundContent): void {
    this.#call.write(create(GatewayMessageSchema, { message: content }))
  }

  /** The stream as the outbox sees it. */
  #outbound(): OutboundStream {
    const call = this.#call
    return {
      get writableNeedDrain() {
        return call.writableNeedDrain
      },
      write: (content) => this.#write(content),
    }
  }
}
