import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, delay } from '@homeport/runtime'
import { runCommand } from '../command.ts'
import { type EngineAddress, probeEngine, requireEngine } from '../docker/engine-client.ts'
import { lastLines } from '../log-tail.ts'
import type { DataPaths } from '../paths.ts'
import { StackError } from '../stack-error.ts'
import {
  identifyProcess,
  isIdentity,
  isRunning,
  type ProcessIdentity,
  signalProcess,
} from '../supervisor/process-identity.ts'

/** A Docker engine that Homeport started, and therefore ends. */
export interface OwnEngine extends ProcessIdentity {
  /** Where it keeps images and containers; removed with it. */
  readonly dataRoot: string
}

/** An engine with many containers reads them all before it answers. */
const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 30_000
const POLL_INTERVAL_MS = 50
const LOG_LINES_SHOWN = 15

/** Where the engine keeps its pid, whoever started it. */
const PID_FILE = '/var/run/docker.pid'

/** Where it keeps that of the containerd that it starts for itself. */
const CONTAINERD_PID_FILE = '/var/run/docker/containerd/containerd.pid'

/**
 * Starts `dockerd` detached, with its default socket so that every Docker client finds it, and waits until
 * it answers. Expects that none runs. It outlives this process.
 * @throws {StackError} with its last log lines when it does not come up.
 */
export async function startOwnEngine(paths: DataPaths, dataRoot: string, clock: Clock): Promise<void> {
  const logPath = join(paths.logs, 'dockerd.log')
  mkdirSync(dataRoot, { recursive: true, mode: 0o711 })
  removeStalePidFiles()
  const log = openSync(logPath, 'a')
  const child = spawn('dockerd', ['--data-root', dataRoot], { detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  let failure: string | undefined
  child.on('error', (error) => {
    failure = error.message
  })
  child.on('exit', (code, signal) => {
    failure = `it exited with ${String(code ?? signal)}`
  })
  const identity = child.pid === undefined ? undefined : identifyProcess(child.pid)
  if (identity !== undefined) {
    writeFileSync(paths.engineState, `${JSON.stringify({ ...identity, dataRoot } satisfies OwnEngine)}\n`)
  }
  const isReady = await waitForEngine(
    { kind: 'socket', path: '/var/run/docker.sock' },
    clock,
    () => failure !== undefined,
  )
  child.unref()
  if (isReady) return
  const reason = failure ?? `it did not answer within ${START_TIMEOUT_MS / 1000} s`
  throw new StackError(
    [`Cannot start dockerd: ${reason}; the end of ${logPath}:`, ...lastLines(logPath, LOG_LINES_SHOWN)].join(
      '\n',
    ),
  )
}

/** Waits until the engine answers; `false` when `hasFailed` says so before, or it takes too long. */
export async function waitForEngine(
  address: EngineAddress,
  clock: Clock,
  hasFailed: () => boolean = () => false,
): Promise<boolean> {
  const deadlineMs = clock.monotonic() + START_TIMEOUT_MS
  while (clock.monotonic() < deadlineMs && !hasFailed()) {
    const probe = await probeEngine(address)
    if (probe.kind === 'ready') return true
    await delay(clock, POLL_INTERVAL_MS)
  }
  return false
}

/** Whether a `dockerd` runs that somebody else started, and which may only need time to answer. */
export function isEngineProcessRunning(): boolean {
  return isPidFileCurrent(PID_FILE)
}

function isPidFileCurrent(path: string): boolean {
  return existsSync(path) && identifyProcess(Number(readFileSync(path, 'utf8'))) !== undefined
}

/**
 * After a kill, the engine takes the zombie of its predecessor or of its containerd for a running one, and
 * not every first process collects zombies.
 */
function removeStalePidFiles(): void {
  for (const path of [PID_FILE, CONTAINERD_PID_FILE])
    if (!isPidFileCurrent(path)) rmSync(path, { force: true })
}

/** What became of the engine that Homeport started. */
export type EngineRemoval =
  | { readonly kind: 'none' }
  | { readonly kind: 'removed'; readonly dataRoot: string }
  /** Containers of others run on it. */
  | { readonly kind: 'in-use'; readonly containerCount: number }

/**
 * Ends the engine that Homeport started here and removes its images, unless containers run on it:
 * they are not Homeport's, whose own have been removed before.
 * @throws {StackError} when it does not end.
 */
export async function removeOwnEngine(
  paths: DataPaths,
  address: EngineAddress,
  clock: Clock,
): Promise<EngineRemoval> {
  const engine = readOwnEngine(paths)
  if (engine === undefined) return { kind: 'none' }
  if (isRunning(engine)) {
    const containerCount = await countRunningContainers(address)
    if (containerCount > 0) return { kind: 'in-use', containerCount }
    signalProcess(engine, 'SIGTERM')
    const deadlineMs = clock.monotonic() + STOP_TIMEOUT_MS
    while (isRunning(engine)) {
      if (clock.monotonic() > deadlineMs) {
        throw new StackError(
          `Cannot stop dockerd: process ${engine.pid} still runs after ${STOP_TIMEOUT_MS / 1000} s`,
        )
      }
      await delay(clock, POLL_INTERVAL_MS)
    }
  }
  await unmountBelow(engine.dataRoot)
  rmSync(engine.dataRoot, { recursive: true, force: true })
  rmSync(paths.engineState, { force: true })
  return { kind: 'removed', dataRoot: engine.dataRoot }
}

/**
 * The engine mounts its data root on itself, and does not always take that back. A failure shows itself when the
 * folder is removed.
 */
async function unmountBelow(folder: string): Promise<void> {
  const mountPoints = parseMountPoints(readFileSync('/proc/self/mounts', 'utf8'), folder)
  for (const mountPoint of mountPoints.toReversed())
    await runCommand('umount', [mountPoint]).catch(() => undefined)
}

/** The mount points at and below `folder` in the text of /proc/self/mounts, in the order of mounting. */
export function parseMountPoints(mounts: string, folder: string): string[] {
  return mounts
    .split('\n')
    .map((line) => decodeMountPoint(line.split(' ')[1] ?? ''))
    .filter((mountPoint) => mountPoint === folder || mountPoint.startsWith(`${folder}/`))
}

/** The kernel writes blanks and backslashes in octal. */
function decodeMountPoint(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_match, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
}

async function countRunningContainers(address: EngineAddress): Promise<number> {
  const containers: unknown = JSON.parse(
    await requireEngine(address, { method: 'GET', path: '/containers/json' }),
  )
  return Array.isArray(containers) ? containers.length : 0
}

/** The engine that Homeport started here, whether or not it still runs; `undefined` when it started none. */
export function readOwnEngine(paths: DataPaths): OwnEngine | undefined {
  if (!existsSync(paths.engineState)) return undefined
  const value: unknown = JSON.parse(readFileSync(paths.engineState, 'utf8'))
  if (isIdentity(value) && 'dataRoot' in value && typeof value.dataRoot === 'string') {
    return { ...value, dataRoot: value.dataRoot }
  }
  throw new StackError(`Cannot read ${paths.engineState}: it must name a process and its dataRoot`)
}
