import { execFile } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { StackError } from './stack-error.ts'

/** More output than any command here prints. */
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024

/** How a command is run. */
export interface CommandOptions {
  /** Default: the current one. */
  readonly cwd?: string
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>
}

/**
 * Runs a command to its end, keeping its output.
 * @returns what it wrote to its standard output.
 * @throws {StackError} with all of its output when it fails or cannot be started.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const execOptions = {
      maxBuffer: OUTPUT_BYTES_MAX,
      env: { ...process.env, ...options.environment },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    }
    execFile(command, [...args], execOptions, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout)
        return
      }
      const outcome = `exit ${String(error.code ?? error.signal)}\n${stdout}${stderr}`.trim()
      reject(new StackError(`Cannot run ${command} ${args.join(' ')}: ${outcome}`, { cause: error }))
    })
  })
}

/** The absolute path of `name` on `searchPath`, or `undefined`. A name with a slash is looked at as it is. */
export function findExecutable(
  name: string,
  searchPath: string = process.env['PATH'] ?? '',
): string | undefined {
  const candidates = name.includes('/')
    ? [name]
    : searchPath.split(delimiter).map((folder) => join(folder, name))
  return candidates.find(isExecutableFile)
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    // Absent and not executable are the same answer here.
    return false
  }
}
