import { rm } from 'node:fs/promises'
import { findExecutable } from '../command.ts'
import { COMMANDS_FOLDER } from '../paths.ts'
import { StackError } from '../stack-error.ts'
import { openAptArea } from './apt-area.ts'
import { areaFolder, unpackTool } from './unpacked-tool.ts'

const TOOL = { packageName: 'etcd-server', path: 'usr/bin/etcd', command: 'etcd' } as const

/**
 * Finds etcd, which only benchmarks need: the one named, else the first one on the path.
 * @param named the value of HOMEPORT_ETCD; absent or empty: none is named.
 * @returns `undefined` when none is named and the machine has none.
 * @throws {StackError} when the named one cannot be run.
 */
export function findEtcd(named: string | undefined): string | undefined {
  if (named === undefined || named === '') {
    return findExecutable(`${COMMANDS_FOLDER}/${TOOL.command}`) ?? findExecutable(TOOL.command)
  }
  const path = findExecutable(named)
  if (path !== undefined) return path
  throw new StackError(`Cannot use HOMEPORT_ETCD: it must be the path of an etcd server, received ${named}`)
}

/**
 * Gets etcd's binary alone from the machine's own package sources: the installed package would start a server.
 * Needs no root and changes nothing outside node_modules.
 * @throws {StackError} when it cannot be had; the message says how to bring one.
 */
export async function fetchEtcd(): Promise<string> {
  try {
    return await unpackTool(await openAptArea(areaFolder('etcd')), TOOL)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StackError(
      `Cannot get etcd: install etcd-server, or name its binary in HOMEPORT_ETCD; apt says: ${reason}`,
      { cause: error },
    )
  } finally {
    await rm(areaFolder('etcd'), { recursive: true, force: true })
  }
}
