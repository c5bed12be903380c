import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { findExecutable, runCommand } from '../command.ts'
import { COMMANDS_FOLDER } from '../paths.ts'
import { StackError } from '../stack-error.ts'
import { isAtLeast, parseVersion, type Version } from '../versions.ts'
import { type AptArea, openAptArea } from './apt-area.ts'
import { areaFolder, unpackTool } from './unpacked-tool.ts'

/** Older servers refuse `sync_interval: always`, without which an acknowledged write can be lost. */
const VERSION_MINIMUM: Version = [2, 10]

/** Debian releases whose nats-server is new enough and runs on any libc since 2.34, best first. */
const NEWER_SUITES = ['forky', 'trixie'] as const

const TOOL = { packageName: 'nats-server', path: 'usr/sbin/nats-server', command: 'nats-server' } as const

const BRING_YOUR_OWN =
  'install nats-server 2.10 or newer on the PATH, or name its binary in HOMEPORT_NATS_SERVER'

/** A NATS server that can be used. */
export interface NatsServer {
  readonly path: string
  /** As it prints itself, for example "2.15.1". */
  readonly version: string
}

/**
 * Finds a NATS server that is new enough: the one named, else the first one on the path.
 * @param named the value of HOMEPORT_NATS_SERVER; absent or empty: none is named.
 * @returns `undefined` when none is named and none on the path is new enough.
 * @throws {StackError} when the named one does not run or is too old: it is never replaced silently.
 */
export async function findNatsServer(named: string | undefined): Promise<NatsServer | undefined> {
  if (named !== undefined && named !== '') {
    const version = await versionOf(named)
    if (version !== undefined && isNewEnough(version)) return { path: named, version }
    throw new StackError(
      `Cannot use HOMEPORT_NATS_SERVER: nats-server 2.10 or newer is needed, received ${named} ` +
        (version === undefined ? 'which does not run' : `with version ${version}`),
    )
  }
  for (const folder of [COMMANDS_FOLDER, ...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']) {
    const path = findExecutable(join(folder, TOOL.command))
    const version = path === undefined ? undefined : await versionOf(path)
    if (path !== undefined && version !== undefined && isNewEnough(version)) return { path, version }
  }
  return undefined
}

/**
 * Gets a NATS server from the machine's Debian mirror: of the machine's own release when that is new enough,
 * else of a newer release. Needs no root and changes nothing outside node_modules.
 * @throws {StackError} when no source has one that runs here; the message says how to bring one.
 */
export async function fetchNatsServer(): Promise<NatsServer> {
  try {
    const machine = await openAptArea(areaFolder('machine'))
    const candidate = await machine.candidate(TOOL.packageName)
    if (candidate !== undefined && isNewEnough(candidate)) return await unpackAndCheck(machine)
    return await fetchFromNewerSuite(machine)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StackError(`Cannot get nats-server: ${BRING_YOUR_OWN}; apt says: ${reason}`, { cause: error })
  } finally {
    for (const name of ['machine', ...NEWER_SUITES])
      await rm(areaFolder(name), { recursive: true, force: true })
  }
}

async function fetchFromNewerSuite(machine: AptArea): Promise<NatsServer> {
  const release = parseCodename(readFileSync('/etc/os-release', 'utf8'))
  const mirrorUri = release === undefined ? undefined : await machine.mirrorOf(release)
  if (mirrorUri === undefined) {
    throw new StackError(
      `Cannot find a Debian mirror: apt has no source for the release ${release ?? 'unknown'}`,
    )
  }
  let failure: unknown
  for (const suite of NEWER_SUITES) {
    try {
      return await unpackAndCheck(await openAptArea(areaFolder(suite), { mirrorUri, suite }))
    } catch (error) {
      // The mirror may not carry this suite (any more); the next one may do.
      failure = error
    }
  }
  throw failure
}

async function unpackAndCheck(area: AptArea): Promise<NatsServer> {
  const path = await unpackTool(area, TOOL)
  const version = await versionOf(path)
  if (version === undefined || !isNewEnough(version)) {
    throw new StackError(
      `Cannot use ${path}: it must run and be 2.10 or newer, received ${version ?? 'no version'}`,
    )
  }
  return { path, version }
}

function isNewEnough(version: string): boolean {
  const parsed = parseVersion(version)
  return parsed !== undefined && isAtLeast(parsed, VERSION_MINIMUM)
}

async function versionOf(path: string): Promise<string | undefined> {
  try {
    return parseVersion(await runCommand(path, ['--version']))?.join('.')
  } catch {
    // A binary that does not run is as good as none.
    return undefined
  }
}

/** The release's code name in the text of /etc/os-release. */
export function parseCodename(osRelease: string): string | undefined {
  return /^VERSION_CODENAME="?([a-z0-9-]+)"?$/m.exec(osRelease)?.[1]
}
