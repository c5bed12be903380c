/** Brings the state machine to the end of the log: at start, and whenever somebody else may have written. */
import type { LogEntry, LogStream } from '@homeport/bus'
import type { Clock, Logger } from '@homeport/runtime'
import type { StateMachine } from '../state-machine.ts'
import { decodeRecord } from './log-record.ts'

/** What catching up works on. */
export interface CatchUpPorts {
  readonly log: LogStream
  readonly machine: StateMachine
  readonly clock: Clock
  readonly logger: Logger
}

/** What was found. */
export interface CatchUpResult {
  readonly appliedCount: number
  /** Leaders that wrote what was applied. */
  readonly leaderIds: ReadonlySet<string>
}

/** The log no longer holds what it must, so the state that it describes cannot be had from it. */
export class LogLostError extends Error {
  override readonly name = 'LogLostError'
  readonly code = 'LOG_LOST'
  readonly retryable = false
}

/** How often a long replay says how far it is. */
const PROGRESS_INTERVAL_MS = 2000

/** Looking at the clock for every record would cost more than it tells. */
const PROGRESS_CHECK_ENTRIES = 1024

/**
 * Applies every record that the log holds beyond the state machine.
 * @throws {BusError} UNAVAILABLE when NATS does not answer; what was applied stays applied.
 * @throws {LogFormatError} @throws {LogLostError}
 */
export async function catchUp(ports: CatchUpPorts, signal?: AbortSignal): Promise<CatchUpResult> {
  const { log, machine } = ports
  const { firstSequence, lastSequence } = await log.bounds()
  const nextSequence = machine.revision + 1
  if (lastSequence < machine.revision) {
    throw new LogLostError(
      `Cannot follow the log: it must reach ${machine.revision}, which was applied from it, received an end at ${lastSequence}`,
    )
  }
  if (lastSequence >= nextSequence && firstSequence > nextSequence) {
    throw new LogLostError(
      `Cannot follow the log: it must hold everything from ${nextSequence}, received a beginning at ${firstSequence}`,
    )
  }
  const leaderIds = new Set<string>()
  const progress = new Progress(ports, lastSequence)
  for await (const entry of log.read(nextSequence, lastSequence, signal)) {
    leaderIds.add(applyEntry(machine, entry))
    progress.entryApplied(entry.sequence)
  }
  if (signal?.aborted !== true) machine.skipTo(lastSequence)
  return { appliedCount: progress.appliedCount, leaderIds }
}

function applyEntry(machine: StateMachine, { sequence, bytes }: LogEntry): string {
  const record = decodeRecord(sequence, bytes)
  machine.apply(sequence, record)
  return record.leaderId
}

class Progress {
  readonly #ports: CatchUpPorts
  readonly #lastSequence: number
  #saidAtMs: number
  appliedCount = 0

  constructor(ports: CatchUpPorts, lastSequence: number) {
    this.#ports = ports
    this.#lastSequence = lastSequence
    this.#saidAtMs = ports.clock.monotonic()
  }

  entryApplied(sequence: number): void {
    this.appliedCount += 1
    if (this.appliedCount % PROGRESS_CHECK_ENTRIES !== 0) return
    const { clock, logger, machine } = this.#ports
    const nowMs = clock.monotonic()
    if (nowMs - this.#saidAtMs < PROGRESS_INTERVAL_MS) return
    this.#saidAtMs = nowMs
    const percent = Math.floor((100 * sequence) / this.#lastSequence)
    logger.info(
      { percent, sequence, lastSequence: this.#lastSequence, rowCount: machine.rowCount },
      'replaying the log',
    )
  }
}
