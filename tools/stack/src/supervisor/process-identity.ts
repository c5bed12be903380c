import { readFileSync } from 'node:fs'

/**
 * Which process is meant. A process id alone is not enough: the kernel gives it to another process after
 * the first has ended, and a state file may be older than the machine's last start.
 */
export interface ProcessIdentity {
  readonly pid: number
  /** When the process started, in the kernel's clock ticks since the machine started. */
  readonly startTicks: number
  /** The machine's start that `startTicks` counts from. */
  readonly bootId: string
}

/** Fields of /proc/PID/stat, counted from the one behind the command, which may hold spaces and brackets. */
const STATE_FIELD_INDEX = 0
const START_TICKS_FIELD_INDEX = 19

/** States of a process that has ended: zombie (nobody has collected its exit code), dead. */
const ENDED_STATES: ReadonlySet<string> = new Set(['Z', 'X', 'x'])

/** The identity of the process that has `pid` now; `undefined` when there is none, or it has ended. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid)
  if (stat === undefined) return undefined
  const parsed = parseStat(stat)
  if (parsed === undefined || parsed.hasEnded) return undefined
  return { pid, startTicks: parsed.startTicks, bootId: bootId() }
}

/** Whether exactly this process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  const current = identifyProcess(identity.pid)
  return current?.startTicks === identity.startTicks && current.bootId === identity.bootId
}

/**
 * Sends `signal` to the process, unless another one has taken its id.
 * @returns whether the process was still there.
 */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(identity)) return false
  try {
    process.kill(identity.pid, signal)
    return true
  } catch (error) {
    // It ended between the two calls.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

/** Reads the text of /proc/PID/stat; `undefined` when it does not have the kernel's form. */
export function parseStat(
  stat: string,
): { readonly hasEnded: boolean; readonly startTicks: number } | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const startTicks = Number(fields[START_TICKS_FIELD_INDEX])
  const state = fields[STATE_FIELD_INDEX]
  if (state === undefined || !Number.isSafeInteger(startTicks)) return undefined
  return { hasEnded: ENDED_STATES.has(state), startTicks }
}

/** Whether `value`, read from JSON, identifies a process. */
export function isIdentity(value: unknown): value is ProcessIdentity {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    Number.isSafeInteger(value.pid) &&
    'startTicks' in value &&
    Number.isSafeInteger(value.startTicks) &&
    'bootId' in value &&
    typeof value.bootId === 'string'
  )
}

function readStat(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    // No such process.
    return undefined
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}
