/**
 * Keeps a session with the gateway for as long as the agent lives.
 *
 * Model: enrol when there is no identity, run a session, wait, again. The first repetition comes at once (at most
 * 200 ms), later ones with doubling, jittered delays; a registration that succeeds starts over. What the gateway
 * refuses for good is asked again slowly, because an operator may change it; a deregistered instance never is.
 */
import { backoffDelayMs, type Clock, delay, type Logger, type Random, type Running } from '@homeport/runtime'
import { EnrollmentError, enroll } from './enroll.ts'
import type { Identity, IdentityStore } from './identity.ts'
import { runSession, type SessionOutcome } from './run-session.ts'
import type { AssignedWork, HostDescription } from './session-ports.ts'

/** Where the control plane is. */
export interface SessionLoopOptions {
  /** `host:port` of the agent sessions. */
  readonly gatewayAddress: string
  /** `host:port` of the enrolment. */
  readonly enrollmentAddress: string
  /** What the gateway's log calls the host; any text. */
  readonly hostname: string
}

/** What the loop needs. */
export interface SessionLoopPorts {
  readonly work: AssignedWork
  readonly identityStore: IdentityStore
  /** `undefined`: there is none (yet). */
  readonly readJoinToken: () => Promise<string | undefined>
  /** @throws {Error} when the host cannot be described now. */
  readonly describeHost: () => Promise<HostDescription>
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** Where the loop stands. */
export type SessionStatus = 'connecting' | 'connected' | 'deregistered'

/** A running loop. */
export interface SessionLoop extends Running {
  readonly status: SessionStatus
  /** Why there is no session; empty while there is one. */
  readonly reason: string
}

const BACKOFF = { firstDelayMs: 200, maximumDelayMs: 10_000 }
/** Between attempts that only an operator can make succeed. */
const SLOW_RETRY_MS = 30_000

/** When to try again. */
type Next = 'soon' | 'slowly' | 'never'

/** Starts the loop. */
export function startSessionLoop(options: SessionLoopOptions, ports: SessionLoopPorts): SessionLoop {
  return new Loop(options, ports)
}

class Loop implements SessionLoop {
  readonly #options: SessionLoopOptions
  readonly #ports: SessionLoopPorts
  readonly #abort = new AbortController()
  readonly #ended: Promise<void>
  #failureCount = 0
  status: SessionStatus = 'connecting'
  reason = 'not connected yet'

  constructor(options: SessionLoopOptions, ports: SessionLoopPorts) {
    this.#options = options
    this.#ports = ports
    this.#ended = this.#run()
  }

  stop(): Promise<void> {
    this.#abort.abort()
    return this.#ended
  }

  async #run(): Promise<void> {
    const { clock, random } = this.#ports
    for (;;) {
      const next = await this.#attempt()
      if (this.#abort.signal.aborted || next === 'never') return
      this.status = 'connecting'
      this.#failureCount += 1
      const delayMs = next === 'slowly' ? SLOW_RETRY_MS : backoffDelayMs(this.#failureCount, BACKOFF, random)
      await delay(clock, delayMs, this.#abort.signal)
    }
  }

  async #attempt(): Promise<Next> {
    try {
      const identity = await this.#identity()
      const host = await this.#ports.describeHost()
      const { gatewayAddress: address } = this.#options
      const outcome = await runSession(
        { address, identity, host },
        {
          ...this.#ports,
          onRegistered: ({ containerInstanceArn }) => this.#noteRegistered(containerInstanceArn),
        },
        this.#abort.signal,
      )
      return this.#noteOutcome(outcome)
    } catch (error) {
      this.reason = error instanceof Error ? error.message : String(error)
      this.#ports.logger.warn({ err: error }, 'no session with the gateway')
      return error instanceof EnrollmentError && !error.retryable ? 'slowly' : 'soon'
    }
  }

  async #identity(): Promise<Identity> {
    const { identityStore, readJoinToken, clock, logger } = this.#ports
    const known = await identityStore.load()
    if (known !== undefined) return known
    const joinToken = await readJoinToken()
    if (joinToken === undefined) {
      throw new EnrollmentError('UNAVAILABLE', 'Cannot enrol: a join token is needed, received none')
    }
    const { enrollmentAddress: address, hostname } = this.#options
    const identity = await enroll({ address, joinToken, hostname }, { clock })
    await identityStore.save(identity)
    logger.info({ instanceId: identity.instanceId }, 'enrolled')
    return identity
  }

  #noteRegistered(containerInstanceArn: string): void {
    this.#failureCount = 0
    this.status = 'connected'
    this.reason = ''
    this.#ports.logger.info({ containerInstanceArn }, 'registered with the gateway')
  }

  #noteOutcome(outcome: SessionOutcome): Next {
    if (outcome.kind === 'stopped') return 'never'
    const { logger } = this.#ports
    if (outcome.kind === 'lost') {
      this.reason = outcome.reason
      logger.warn({ reason: outcome.reason }, 'lost the gateway')
      return 'soon'
    }
    this.reason = `${outcome.code}: ${outcome.message}`
    if (outcome.code === 'SHUTDOWN') {
      logger.info({ reason: outcome.message }, 'the gateway closed the session')
      return 'soon'
    }
    logger.error({ code: outcome.code, reason: outcome.message }, 'the gateway refused the session')
    if (outcome.code !== 'DEREGISTERED') return 'slowly'
    this.status = 'deregistered'
    return 'never'
  }
}
