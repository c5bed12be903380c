import { rm, symlink } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { COMMANDS_FOLDER, TOOLS_FOLDER } from '../paths.ts'
import type { AptArea } from './apt-area.ts'

/** A command that a Debian package brings. */
export interface UnpackedTool {
  readonly packageName: string
  /** Path inside the package, without a leading slash. */
  readonly path: string
  /** What it is called in `node_modules/.bin`. */
  readonly command: string
}

/**
 * Unpacks a Debian package into node_modules and links its command, so that npm scripts find it.
 * Repeating it replaces what was there.
 * @returns the path of the command.
 */
export async function unpackTool(area: AptArea, tool: UnpackedTool): Promise<string> {
  const folder = join(TOOLS_FOLDER, tool.packageName)
  await area.unpack(tool.packageName, folder)
  const link = join(COMMANDS_FOLDER, tool.command)
  await rm(link, { force: true })
  await symlink(relative(COMMANDS_FOLDER, join(folder, tool.path)), link)
  return link
}

/** Where an area's lists live while it is used. */
export function areaFolder(name: string): string {
  return join(TOOLS_FOLDER, `apt-${name}`)
}
