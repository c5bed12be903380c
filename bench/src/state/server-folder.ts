/** A folder on the checkout's disk for servers that are measured, and the servers in it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, statfs } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { REPOSITORY_ROOT } from '@homeport/stack'

/** What a server is started with. */
export interface ServerCommand {
  /** Names its log. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Added to this process's environment; default nothing. */
  readonly environment?: Readonly<Record<string, string>>
  /** On 127.0.0.1; it has started when it listens there. */
  readonly port: number
}

/** What `statfs` says of a file system in memory. */
const TMPFS_MAGIC = 0x01_02_19_94
const PROBE_INTERVAL_MS = 10
/** A replay of a million records is far shorter. */
const START_TIMEOUT_MS = 300_000

/** Servers and their files; `close` ends and removes all. */
export class ServerFolder {
  readonly path: string
  readonly #children: ChildProcess[] = []

  private constructor(path: string) {
    this.path = path
  }

  /** @throws {Error} when the checkout is on a file system in memory, where a sync costs nothing. */
  static async open(): Promise<ServerFolder> {
    const parent = join(REPOSITORY_ROOT, 'node_modules', '.cache')
    await mkdir(parent, { recursive: true })
    const { type } = await statfs(parent)
    if (type === TMPFS_MAGIC) {
      throw new Error(
        `Cannot measure durable writes: the checkout must be on a disk, received tmpfs at ${parent}`,
      )
    }
    return new ServerFolder(await mkdtemp(join(parent, 'homeport-bench-')))
  }

  /**
   * Starts a server and waits until it listens.
   * @throws {Error} with the server's log when it does not.
   */
  async start(server: ServerCommand): Promise<ChildProcess> {
    const logPath = join(this.path, `${server.name}.log`)
    const log = openSync(logPath, 'a')
    const child = spawn(server.command, server.args, {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...server.environment },
    })
    this.#children.push(child)
    let failure: unknown
    child.once('error', (error) => {
      failure = error
    })
    const deadlineMs = performance.now() + START_TIMEOUT_MS
    while (!(await listens(server.port))) {
      if (failure !== undefined || child.exitCode !== null || performance.now() > deadlineMs) {
        const text = await readFile(logPath, 'utf8')
        throw new Error(`Cannot measure: ${server.command} must start, received ${text}`, { cause: failure })
      }
      await sleep(PROBE_INTERVAL_MS)
    }
    return child
  }

  async close(): Promise<void> {
    await Promise.all(this.#children.map((child) => endProcess(child)))
    await rm(this.path, { recursive: true, force: true })
  }
}

/** Ends a process with SIGTERM and waits until it is gone. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
