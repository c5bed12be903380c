import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '@homeport/runtime'
import type { StackConfig } from './config.ts'
import { SAMPLE_IMAGE } from './docker/busybox-image.ts'
import { type EngineAddress, parseEngineAddress, probeEngine } from './docker/engine-client.ts'
import { removeImage, removeLabelled } from './docker/remove-objects.ts'
import { readInstallation } from './installation.ts'
import { type DataPaths, dataPaths } from './paths.ts'
import { readOwnEngine, removeOwnEngine, startOwnEngine } from './prepare/own-engine.ts'
import type { Progress } from './progress.ts'
import { StackError } from './stack-error.ts'
import { takeStackLock } from './supervisor/stack-lock.ts'
import { readStackState, removeStackState } from './supervisor/stack-state.ts'
import { stopProcesses } from './supervisor/supervisor.ts'

/** What `npm run down` works with. */
export interface DownOptions {
  readonly config: StackConfig
  readonly clock: Clock
  readonly progress: Progress
  /** Leaves the data directory and the engine, so that the next start has the same services. */
  readonly isDataKept: boolean
}

/** Longer than the supervisor needs for three processes that have to be killed. */
const SUPERVISOR_TIMEOUT_MS = 90_000
const CHILD_TIMEOUT_MS = 25_000

/**
 * Stops the stack and removes what it made: processes, containers, the sample image, the Docker engine if
 * Homeport started it, and the content of the data directory.
 * @throws {StackError} when containers cannot be removed: their data directory stays then, to try again.
 */
export async function down(options: DownOptions): Promise<void> {
  const { config, progress } = options
  const paths = dataPaths(config.dataDirectory)
  const installation = readInstallation(paths)
  if (installation === undefined) {
    progress.say(`Nothing to remove: ${paths.root} holds no Homeport installation`)
    return
  }
  await progress.step('processes', () => stopStack(paths, options.clock), renderList)
  const lock = await takeStackLock(paths.root)
  if (lock === undefined) throw new StackError('Cannot remove the stack: another npm start is at work')
  try {
    const address = parseEngineAddress(config.dockerHost)
    await removeFromEngine(address, `homeport.installation=${installation.installationId}`, options)
    if (options.isDataKept) return
    const isEngineLeft = await removeEngine(address, paths, options)
    await progress.step(
      'data',
      async () => emptyDataDirectory(paths, isEngineLeft),
      () => paths.root,
    )
  } finally {
    lock.release()
  }
}

async function stopStack(paths: DataPaths, clock: Clock): Promise<string[]> {
  const state = readStackState(paths.stackState)
  if (state === undefined) return []
  const supervisor = await stopProcesses([state.supervisor], SUPERVISOR_TIMEOUT_MS, clock)
  // A supervisor that was killed has left its children.
  const orphans = await stopProcesses(state.children, CHILD_TIMEOUT_MS, clock)
  removeStackState(paths.stackState)
  return [...supervisor.map(() => 'supervisor'), ...orphans.map((child) => child.name)]
}

async function removeFromEngine(address: EngineAddress, label: string, options: DownOptions): Promise<void> {
  const { config, clock, progress } = options
  await requireRunningEngine(address, dataPaths(config.dataDirectory), clock)
  for (const kind of ['containers', 'networks', 'volumes'] as const) {
    await progress.step(
      kind,
      () => removeLabelled(address, kind, label),
      (count) => `${count} removed`,
    )
  }
  await progress.step('sample image', () => removeImage(address, SAMPLE_IMAGE.reference))
}

/** Containers outlive their engine, so one of our own that has died is started once more to remove them. */
async function requireRunningEngine(address: EngineAddress, paths: DataPaths, clock: Clock): Promise<void> {
  const probe = await probeEngine(address)
  if (probe.kind === 'ready') return
  const own = readOwnEngine(paths)
  if (own === undefined) {
    throw new StackError(`Cannot remove containers: the Docker engine must answer, received ${probe.reason}`)
  }
  await startOwnEngine(paths, own.dataRoot, clock)
}

/** Returns whether an engine of our own is left, because others use it. */
async function removeEngine(
  address: EngineAddress,
  paths: DataPaths,
  { clock, progress }: DownOptions,
): Promise<boolean> {
  if (readOwnEngine(paths) === undefined) return false
  const removal = await progress.step(
    'Docker engine',
    () => removeOwnEngine(paths, address, clock),
    (outcome) =>
      outcome.kind === 'in-use'
        ? `left running, because ${outcome.containerCount} containers that are not Homeport's run on it`
        : 'stopped and removed with its images',
  )
  return removal.kind === 'in-use'
}

/** Keeps what finds the engine again when it is still in use. */
function emptyDataDirectory(paths: DataPaths, isEngineLeft: boolean): void {
  const kept: ReadonlySet<string> = isEngineLeft
    ? new Set([paths.installation, paths.run, paths.engineData, paths.logs])
    : new Set()
  for (const name of readdirSync(paths.root)) {
    const path = join(paths.root, name)
    if (!kept.has(path)) rmSync(path, { recursive: true, force: true })
  }
}

function renderList(names: readonly string[]): string {
  return names.length === 0 ? 'none ran' : `stopped ${names.join(', ')}`
}
