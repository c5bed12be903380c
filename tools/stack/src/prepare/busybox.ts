import { rm } from 'node:fs/promises'
import { findExecutable, runCommand } from '../command.ts'
import { COMMANDS_FOLDER } from '../paths.ts'
import { StackError } from '../stack-error.ts'
import { openAptArea } from './apt-area.ts'
import { areaFolder, unpackTool } from './unpacked-tool.ts'

const TOOL = { packageName: 'busybox-static', path: 'bin/busybox', command: 'busybox' } as const

/**
 * Finds a busybox that needs no libraries, because it becomes a whole container image.
 * @param named the value of HOMEPORT_BUSYBOX; absent or empty: none is named.
 * @returns `undefined` when none is named and the machine has none.
 * @throws {StackError} when the named one is not static or does not run.
 */
export async function findBusybox(named: string | undefined): Promise<string | undefined> {
  if (named !== undefined && named !== '') {
    if (findExecutable(named) !== undefined && (await isStatic(named))) return named
    throw new StackError(
      `Cannot use HOMEPORT_BUSYBOX: a statically linked busybox is needed, received ${named}`,
    )
  }
  for (const candidate of [`${COMMANDS_FOLDER}/${TOOL.command}`, '/bin/busybox', TOOL.command]) {
    const path = findExecutable(candidate)
    if (path !== undefined && (await isStatic(path))) return path
  }
  return undefined
}

/**
 * Gets busybox from the machine's own package sources. Needs no root and changes nothing outside node_modules.
 * @throws {StackError} when it cannot be had; the message says how to bring one.
 */
export async function fetchBusybox(): Promise<string> {
  try {
    return await unpackTool(await openAptArea(areaFolder('machine')), TOOL)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StackError(
      `Cannot get busybox: install busybox-static, or name a static binary in HOMEPORT_BUSYBOX; apt says: ${reason}`,
      { cause: error },
    )
  } finally {
    await rm(areaFolder('machine'), { recursive: true, force: true })
  }
}

/** `ldd` words it one way for classic static binaries, where it also fails, and another way for static-pie. */
async function isStatic(path: string): Promise<boolean> {
  const output = await runCommand('ldd', [path], { environment: { LC_ALL: 'C' } }).catch((error: unknown) =>
    String(error),
  )
  return output.includes('not a dynamic executable') || output.includes('statically linked')
}
