import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, delay } from '@homeport/runtime'
import { dataPaths } from '../paths.ts'
import { StackError } from '../stack-error.ts'
import { readRunningStack } from '../supervisor/stack-state.ts'

/** What `npm start -- --detach` works with. */
export interface DetachOptions {
  /** Absolute path. */
  readonly dataDirectory: string
  /** The program and arguments that run the stack in the foreground. */
  readonly command: readonly [string, ...string[]]
  readonly clock: Clock
  readonly write: (text: string) => void
  /** Ends the start, because the user wants to stop. */
  readonly signal: AbortSignal
}

const POLL_INTERVAL_MS = 50
const READ_BYTES = 64 * 1024

/** The log holds the root key's export lines. */
const OWNER_ONLY_FILE = 0o600

/**
 * Starts the supervisor in the background and shows what it says until the stack is ready.
 * @throws {StackError} when it ends before; it has said why.
 */
export async function startDetached(options: DetachOptions): Promise<void> {
  const { clock, signal } = options
  const paths = dataPaths(options.dataDirectory)
  mkdirSync(paths.logs, { recursive: true })
  const log = openSync(join(paths.logs, 'supervisor.log'), 'w+', OWNER_ONLY_FILE)
  const [program, ...args] = options.command
  const supervisor = spawn(program, args, { detached: true, stdio: ['ignore', log, log] })
  let outcome: string | undefined
  supervisor.once('error', (error) => {
    outcome = error.message
  })
  supervisor.once('exit', (code, name) => {
    outcome = String(code ?? name)
  })
  const show = follow(log, options.write)
  while (outcome === undefined && readRunningStack(paths.stackState)?.phase !== 'ready') {
    if (signal.aborted) supervisor.kill('SIGTERM')
    show()
    await delay(clock, POLL_INTERVAL_MS)
  }
  show()
  closeSync(log)
  supervisor.unref()
  // It may have found another one that runs and is ready: then it has shown that, and ended well.
  if (outcome !== undefined && outcome !== '0') {
    throw new StackError(`Cannot start Homeport in the background: its supervisor ended with ${outcome}`)
  }
}

/** Writes what has been added to the file since the last call. */
function follow(file: number, write: (text: string) => void): () => void {
  const decoder = new TextDecoder()
  const buffer = Buffer.alloc(READ_BYTES)
  let position = 0
  return () => {
    for (;;) {
      const count = readSync(file, buffer, 0, buffer.length, position)
      if (count === 0) return
      position += count
      write(decoder.decode(buffer.subarray(0, count), { stream: true }))
    }
  }
}
