import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemIds } from '@homeport/runtime'
import type { DataPaths } from './paths.ts'
import { StackError } from './stack-error.ts'

/** What is decided once per data directory. */
export interface Installation {
  /** Label value of all containers of this installation, so that `npm run down` removes these and no others. */
  readonly installationId: string
  /** Ports by purpose that were free when they were chosen; kept so that addresses stay the same. */
  readonly ports: Readonly<Record<string, number>>
}

const OWNER_ONLY_FOLDER = 0o700
const OWNER_ONLY_FILE = 0o600

/**
 * Opens the data directory, creating it when it is not there.
 * @throws {StackError} when the directory holds other things: `npm run down` empties it, so it must be ours.
 */
export function openInstallation(paths: DataPaths): Installation {
  const installation = readInstallation(paths) ?? createInstallation(paths)
  for (const folder of [paths.logs, paths.run])
    mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER })
  return installation
}

function createInstallation(paths: DataPaths): Installation {
  const [foreign] = openDataDirectory(paths.root)
  if (foreign !== undefined) {
    throw new StackError(
      `Cannot use data directory ${paths.root}: it must be empty or an earlier one of Homeport, ` +
        `received one that holds ${foreign} (set HOMEPORT_DATA_DIR)`,
    )
  }
  const installation = { installationId: systemIds.hex(16), ports: {} }
  writeInstallation(paths, installation)
  return installation
}

/** Makes the directory if it is not there; gives the names of what it holds. */
function openDataDirectory(root: string): string[] {
  try {
    makeFolder(root)
    return readdirSync(root)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new StackError(
      `Cannot use data directory ${root}: it must be a folder that can be made and written to, ` +
        `received ${text} (set HOMEPORT_DATA_DIR)`,
      { cause: error },
    )
  }
}

/** One folder at a time: Node's recursive form never returns below a file system that makes no folders. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  mkdirSync(folder, { mode: OWNER_ONLY_FOLDER })
}

/** The installation of an existing data directory; `undefined` when it is not one. */
export function readInstallation(paths: DataPaths): Installation | undefined {
  let text: string
  try {
    text = readFileSync(paths.installation, 'utf8')
  } catch {
    // Not a data directory (yet).
    return undefined
  }
  const value: unknown = JSON.parse(text)
  if (isInstallation(value)) return value
  throw new StackError(`Cannot read ${paths.installation}: it must hold an installationId and ports`)
}

/** Keeps what was decided. */
export function writeInstallation(paths: DataPaths, installation: Installation): void {
  writeFileSync(paths.installation, `${JSON.stringify(installation, undefined, 2)}\n`, {
    mode: OWNER_ONLY_FILE,
  })
}

function isInstallation(value: unknown): value is Installation {
  return (
    typeof value === 'object' &&
    value !== null &&
    'installationId' in value &&
    typeof value.installationId === 'string' &&
    'ports' in value &&
    typeof value.ports === 'object' &&
    value.ports !== null &&
    Object.values(value.ports).every((port) => Number.isInteger(port))
  )
}
