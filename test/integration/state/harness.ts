/** Real NATS, real state, real gRPC, in a folder of their own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectBus, type LogEntry } from '@homeport/bus'
import {
  createServicePorts,
  Lifecycle,
  Registry,
  type Running,
  type ServicePorts,
  silentLogger,
  systemClock,
} from '@homeport/runtime'
import { type StateServer, startState } from '@homeport/state'
import { connectState, type StateConnection } from '@homeport/store'
import { type NatsServer, startNats } from '@homeport/testkit'

const REPOSITORY = join(import.meta.dirname, '../../..')

/** Ports of one service, silent, with a metrics registry of its own. */
export const quietPorts = (): ServicePorts => ({
  ...createServicePorts('test', 'silent'),
  registry: new Registry(),
})

/** A NATS server and whatever a test starts on it; `stop` ends all of it. */
export class StateFixture implements Running {
  readonly nats: NatsServer
  readonly folder: string
  readonly #lifecycle = new Lifecycle()
  #socketCount = 0

  constructor(nats: NatsServer, folder: string) {
    this.nats = nats
    this.folder = folder
  }

  /** An address that nothing listens on. */
  freeAddress(): string {
    this.#socketCount += 1
    return `unix:${join(this.folder, `state-${this.#socketCount}.sock`)}`
  }

  /** Starts state in this process. */
  async startState(
    options: { readonly natsUrl?: string; readonly address?: string } = {},
  ): Promise<StateServer> {
    const settings = {
      nats: { servers: [options.natsUrl ?? this.nats.url], monitorUrl: this.nats.monitorUrl },
      listenAddress: options.address ?? this.freeAddress(),
    }
    return this.#lifecycle.own(await startState(settings, quietPorts()))
  }

  /** Starts state as a process of its own; serves some time later. */
  spawnState(address: string): StateProcess {
    return this.#lifecycle.own(new StateProcess(this.nats.url, address))
  }

  /** Connects, and waits for the first view. */
  async connect(address: string): Promise<StateConnection> {
    const connection = this.#lifecycle.own(await connectState(address, quietPorts()))
    await connection.ready()
    return connection
  }

  /** Takes over something else that has to be stopped. */
  own<T extends Running>(part: T): T {
    return this.#lifecycle.own(part)
  }

  /** Everything that the log holds, read past state. */
  async readLog(): Promise<LogEntry[]> {
    const bus = await connectBus(
      { servers: [this.nats.url], name: 'oracle' },
      { clock: systemClock, logger: silentLogger },
    )
    try {
      const log = await bus.openLogStream({ stream: 'HOMEPORT_STATE', subject: 'homeport.state.log' })
      const { lastSequence } = await log.bounds()
      const entries: LogEntry[] = []
      for await (const entry of log.read(1, lastSequence)) entries.push(entry)
      return entries
    } finally {
      await bus.stop()
    }
  }

  async stop(): Promise<void> {
    await this.#lifecycle.stop()
    await this.nats.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** Starts NATS in a folder of its own. */
export async function startFixture(): Promise<StateFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'homeport-state-'))
  return new StateFixture(await startNats(), folder)
}

/** `services/state/src/main.ts` as a process. */
export class StateProcess implements Running {
  readonly #child: ChildProcess
  readonly #gone: Promise<unknown>

  constructor(natsUrl: string, address: string) {
    this.#child = spawn(process.execPath, [join(REPOSITORY, 'services/state/src/main.ts')], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        HOMEPORT_NATS_URL: natsUrl,
        HOMEPORT_STATE_ADDRESS: address,
        HOMEPORT_METRICS_PORT: '0',
        HOMEPORT_LOG_LEVEL: 'warn',
      },
    })
    this.#gone = once(this.#child, 'exit')
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#gone
  }

  stop(): Promise<void> {
    return this.kill()
  }
}
