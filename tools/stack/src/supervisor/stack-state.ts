import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isIdentity, isRunning, type ProcessIdentity } from './process-identity.ts'

/** How far a stack has come. */
export type StackPhase = 'starting' | 'ready'

/** A process that the supervisor started. */
export interface ChildState extends ProcessIdentity {
  readonly name: string
}

/** What runs, as other commands see it. One writer: the supervisor. */
export interface StackState {
  readonly phase: StackPhase
  readonly supervisor: ProcessIdentity
  /** In the order of their first start. */
  readonly children: readonly ChildState[]
  /** Where the AWS API answers, as a URL. */
  readonly endpoint: string
  /** What `npm run env` prints as the region. */
  readonly region: string
}

/**
 * Reads a state file's text.
 * @returns `undefined` when it is not what this version writes; nothing can be known from it then.
 */
export function parseStackState(text: string): StackState | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return isStackState(value) ? value : undefined
}

/** Reads the state file at `path`; `undefined` when there is none that can be read. */
export function readStackState(path: string): StackState | undefined {
  try {
    return parseStackState(readFileSync(path, 'utf8'))
  } catch {
    // Absent: no stack was started here.
    return undefined
  }
}

/** The state of a stack whose supervisor runs now; `undefined` when none does. */
export function readRunningStack(path: string): StackState | undefined {
  const state = readStackState(path)
  return state !== undefined && isRunning(state.supervisor) ? state : undefined
}

/** Replaces the state file in one step, so that no reader sees half of it. */
export function writeStackState(path: string, state: StackState): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** Removes the state file; harmless when there is none. */
export function removeStackState(path: string): void {
  rmSync(path, { force: true })
}

function isStackState(value: unknown): value is StackState {
  return (
    isRecord(value) &&
    (value['phase'] === 'starting' || value['phase'] === 'ready') &&
    isIdentity(value['supervisor']) &&
    Array.isArray(value['children']) &&
    value['children'].every(
      (child) => isIdentity(child) && 'name' in child && typeof child.name === 'string',
    ) &&
    typeof value['endpoint'] === 'string' &&
    typeof value['region'] === 'string'
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
