/** A real NATS server for tests, in a folder of its own, that can be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Running } from '@homeport/runtime'

/** How a test's server differs from the default. */
export interface NatsServerOptions {
  /** `sync_interval` of JetStream; default `always`. */
  readonly syncInterval?: string
  /** Largest message in bytes; default that of the server, 1 MiB. */
  readonly maximumPayloadBytes?: number
}

/** A NATS server with JetStream on files. `stop` ends it and removes its folder. */
export interface NatsServer extends Running {
  /** `nats://127.0.0.1:PORT`, the same after a restart. */
  readonly url: string
  /** `127.0.0.1:PORT` of clients. */
  readonly port: number
  /** `http://127.0.0.1:PORT` of the monitoring endpoint. */
  readonly monitorUrl: string
  /** SIGKILL; resolves when the process is gone. What is stored stays. */
  kill(): Promise<void>
  /** Starts it again on the same port and folder; resolves when it takes connections. */
  start(): Promise<void>
}

/** Starting takes about 0.1 s; this much means that it never will. */
const START_TIMEOUT_MS = 20_000
const PROBE_INTERVAL_MS = 20

/**
 * Starts `nats-server` (HOMEPORT_NATS_SERVER, else the one on PATH) on a free port.
 * @throws {Error} with the server's log when it does not start.
 */
export async function startNats(options: NatsServerOptions = {}): Promise<NatsServer> {
  const folder = await mkdtemp(join(tmpdir(), 'homeport-nats-'))
  const [port, monitorPort] = await freePorts()
  const server = new NatsProcess(folder, port, monitorPort)
  await writeFile(server.configPath, renderConfig(folder, { port, monitorPort, options }))
  try {
    await server.start()
  } catch (error) {
    await server.stop()
    throw error
  }
  return server
}

interface ConfigPorts {
  readonly port: number
  readonly monitorPort: number
  readonly options: NatsServerOptions
}

const renderConfig = (folder: string, { port, monitorPort, options }: ConfigPorts): string =>
  [
    `listen: 127.0.0.1:${port}`,
    `http: 127.0.0.1:${monitorPort}`,
    `jetstream { store_dir: ${JSON.stringify(folder)}, sync_interval: ${options.syncInterval ?? 'always'} }`,
    options.maximumPayloadBytes === undefined ? '' : `max_payload: ${options.maximumPayloadBytes}`,
  ].join('\n')

class NatsProcess implements NatsServer {
  readonly url: string
  readonly port: number
  readonly monitorUrl: string
  readonly #folder: string
  #child: ChildProcess | undefined

  constructor(folder: string, port: number, monitorPort: number) {
    this.#folder = folder
    this.port = port
    this.url = `nats://127.0.0.1:${port}`
    this.monitorUrl = `http://127.0.0.1:${monitorPort}`
  }

  get configPath(): string {
    return join(this.#folder, 'nats.conf')
  }

  async start(): Promise<void> {
    const logPath = join(this.#folder, 'nats.log')
    const binary = process.env['HOMEPORT_NATS_SERVER'] ?? 'nats-server'
    const child = spawn(binary, ['-c', this.configPath, '-l', logPath], { stdio: 'ignore' })
    this.#child = child
    let failure: Error | undefined
    child.once('error', (error) => {
      failure = error
    })
    const deadlineMs = performance.now() + START_TIMEOUT_MS
    while (!(await accepts(this.port))) {
      const ended = failure !== undefined || child.exitCode !== null
      if (ended || performance.now() > deadlineMs) {
        const log = await readFile(logPath, 'utf8').catch(() => '')
        throw new Error(`Cannot start ${binary}: it must listen on ${this.url}, received ${log}`, {
          cause: failure,
        })
      }
      await new Promise((resolve) => setTimeout(resolve, PROBE_INTERVAL_MS))
    }
  }

  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    if (child.pid === undefined) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  async stop(): Promise<void> {
    await this.kill()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
  })
}

/** Two ports that were free a moment ago. */
async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()] as const
  const ports: number[] = []
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    ports.push(typeof address === 'object' && address !== null ? address.port : 0)
  }
  for (const server of servers) await new Promise((resolve) => server.close(resolve))
  return [ports[0]!, ports[1]!]
}
