import { rm } from 'node:fs/promises'
import { findExecutable } from '../command.ts'
import { COMMANDS_FOLDER } from '../paths.ts'
import { openAptArea } from './apt-area.ts'
import { areaFolder, unpackTool } from './unpacked-tool.ts'

const TOOL = {
  packageName: 'docker-registry',
  path: 'usr/bin/docker-registry',
  command: 'docker-registry',
} as const

/** The path of an image registry's binary, or `undefined`. */
export function findRegistry(): string | undefined {
  return findExecutable(`${COMMANDS_FOLDER}/${TOOL.command}`) ?? findExecutable(TOOL.command)
}

/**
 * Gets the registry's binary alone: the installed package would start a registry of the machine's own.
 * @throws {StackError} when apt cannot get it.
 */
export async function fetchRegistry(): Promise<string> {
  try {
    return await unpackTool(await openAptArea(areaFolder('machine')), TOOL)
  } finally {
    await rm(areaFolder('machine'), { recursive: true, force: true })
  }
}
