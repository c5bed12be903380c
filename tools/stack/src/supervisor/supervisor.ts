// Keeps the stack's processes running.
//
// Intuition: whatever ends without being asked to is started again, soon after the first time and later each
// time it does not stay up; what is asked to end gets time, and then no choice.
//
// Model: one loop per child: run, decide the pause, wait, run. Children lead their own process groups, so
// Ctrl-C in the terminal reaches the supervisor alone and the order of stopping is its to decide: the reverse
// of the order of starting.
//
// Rejected: adopting children that a killed supervisor left. Their exits could not be awaited and their
// environment may be an older version's; they are ended and started anew, which loses nothing, because
// containers do not depend on any of them.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { type Clock, delay, type Random } from '@homeport/runtime'
import { closeLog, openLog, rotateLog } from './log-file.ts'
import { identifyProcess, isRunning, type ProcessIdentity, signalProcess } from './process-identity.ts'
import { decideRestart } from './restart-policy.ts'
import type { ChildState } from './stack-state.ts'

/** A process to keep running. */
export interface ChildSpec {
  /** Names its log file, too. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** All of its environment. */
  readonly environment: Readonly<Record<string, string>>
  /** Time between SIGTERM and SIGKILL, in milliseconds, more than 0. */
  readonly stopTimeoutMs: number
}

/** What happened to a child. */
export interface ChildExit {
  readonly name: string
  /** How it ended, for the user: "exit code 1", "SIGKILL", or why it could not be started. */
  readonly outcome: string
  /** Pause before it is started again, in milliseconds. */
  readonly restartDelayMs: number
}

/** What the supervisor works with and tells. */
export interface SupervisorPorts {
  readonly clock: Clock
  readonly random: Random
  /** Folder of `NAME.log`. */
  readonly logsFolder: string
  /** Called at every start of a child with all that run, in the order of their first start. */
  readonly onStart: (children: readonly ChildState[]) => void
  /** Called when a child ended unasked. */
  readonly onExit: (exit: ChildExit) => void
}

const LOG_CHECK_INTERVAL_MS = 30_000
const STOP_POLL_INTERVAL_MS = 20

interface Child {
  readonly spec: ChildSpec
  readonly stopping: AbortController
  process: ChildProcess | undefined
  identity: ProcessIdentity | undefined
  failureCount: number
  /** Resolves when it has ended for good. */
  done: Promise<void>
}

/** Starts children, keeps them running, and stops them. */
export class Supervisor {
  readonly #ports: SupervisorPorts
  readonly #children: Child[] = []

  constructor(ports: SupervisorPorts) {
    this.#ports = ports
  }

  /** Starts a child, and again whenever it ends, until `stop`. */
  start(spec: ChildSpec): void {
    const child: Child = {
      spec,
      stopping: new AbortController(),
      process: undefined,
      identity: undefined,
      failureCount: 0,
      done: Promise.resolve(),
    }
    this.#children.push(child)
    child.done = this.#keepRunning(child)
  }

  /** How often the child has ended in a row without having been healthy in between. */
  failureCount(name: string): number {
    return this.#children.find((child) => child.spec.name === name)?.failureCount ?? 0
  }

  /** Where the child's output goes. */
  logPath(name: string): string {
    return join(this.#ports.logsFolder, `${name}.log`)
  }

  /** Stops all children, the last started first, each before the next. Harmless when repeated. */
  async stop(): Promise<void> {
    for (const child of this.#children.toReversed()) {
      child.stopping.abort()
      if (child.process !== undefined) {
        const kill = this.#ports.clock.after(child.spec.stopTimeoutMs, () => child.process?.kill('SIGKILL'))
        child.process.kill('SIGTERM')
        await child.done
        kill.cancel()
      }
      await child.done
    }
  }

  async #keepRunning(child: Child): Promise<void> {
    const { clock, random } = this.#ports
    const { signal } = child.stopping
    while (!signal.aborted) {
      const startedAtMs = clock.monotonic()
      const outcome = await this.#runOnce(child)
      if (signal.aborted) return
      const decision = decideRestart(child.failureCount, clock.monotonic() - startedAtMs, random)
      child.failureCount = decision.failureCount
      this.#ports.onExit({ name: child.spec.name, outcome, restartDelayMs: decision.delayMs })
      await delay(clock, decision.delayMs, signal)
    }
  }

  async #runOnce(child: Child): Promise<string> {
    const { spec } = child
    const logPath = this.logPath(spec.name)
    rotateLog(logPath)
    const log = openLog(logPath)
    const started = spawn(spec.command, [...spec.args], {
      env: { ...spec.environment },
      stdio: ['ignore', log, log],
      detached: true,
    })
    closeLog(log)
    child.process = started
    child.identity = started.pid === undefined ? undefined : identifyProcess(started.pid)
    this.#ports.onStart(this.#running())
    const rotation = this.#ports.clock.every(LOG_CHECK_INTERVAL_MS, () => rotateLog(logPath), {
      background: true,
    })
    try {
      return await outcomeOf(started)
    } finally {
      rotation.cancel()
      child.process = undefined
      child.identity = undefined
    }
  }

  #running(): ChildState[] {
    return this.#children.flatMap(({ spec, identity }) =>
      identity === undefined ? [] : [{ ...identity, name: spec.name }],
    )
  }
}

/** Resolves when the process has ended, or could not be started, with how. */
function outcomeOf(started: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    started.once('exit', (code, signal) => resolve(code === null ? String(signal) : `exit code ${code}`))
    started.once('error', (error) => resolve(error.message))
  })
}

/**
 * Ends processes that are not this process's children, the last first: SIGTERM, then SIGKILL after `timeoutMs`.
 * @returns those that still ran.
 */
export async function stopProcesses<T extends ProcessIdentity>(
  processes: readonly T[],
  timeoutMs: number,
  clock: Clock,
): Promise<T[]> {
  const stopped: T[] = []
  for (const identity of processes.toReversed()) {
    if (!signalProcess(identity, 'SIGTERM')) continue
    stopped.push(identity)
    const deadlineMs = clock.monotonic() + timeoutMs
    while (isRunning(identity)) {
      if (clock.monotonic() >= deadlineMs) signalProcess(identity, 'SIGKILL')
      await delay(clock, STOP_POLL_INTERVAL_MS)
    }
  }
  return stopped
}
