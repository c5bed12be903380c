/** The servers that are measured: NATS as `npm start` configures it, the state process, etcd. */
import type { ChildProcess } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  fetchEtcd,
  findEtcd,
  findFreePort,
  findNatsServer,
  REPOSITORY_ROOT,
  renderNatsConfig,
} from '@homeport/stack'
import type { ServerFolder } from './server-folder.ts'

/** How NATS differs from the one of `npm start`. */
export interface NatsChoice {
  /** Default `always`. */
  readonly syncInterval?: string
}

/** A running NATS server. */
export interface RunningNats {
  readonly child: ChildProcess
  readonly url: string
  readonly user: string
  readonly password: string
}

const USER = { user: 'homeport', password: 'homeport' } as const

/** Starts NATS with the streams that the folder already holds. @throws {Error} when there is no nats-server. */
export async function startNats(folder: ServerFolder, choice: NatsChoice = {}): Promise<RunningNats> {
  const server = await findNatsServer(process.env['HOMEPORT_NATS_SERVER'])
  if (server === undefined) {
    throw new Error('Cannot measure: nats-server 2.10 or newer is needed, received none (npm start gets one)')
  }
  const port = await findFreePort()
  const configPath = join(folder.path, 'nats-server.conf')
  const config = renderNatsConfig({
    ...USER,
    port,
    monitorPort: await findFreePort(),
    storeFolder: join(folder.path, 'nats'),
  })
  const interval = choice.syncInterval ?? 'always'
  await writeFile(configPath, config.replace('sync_interval: always', `sync_interval: ${interval}`))
  const child = await folder.start({ name: 'nats', command: server.path, args: ['-c', configPath], port })
  return { ...USER, child, url: `nats://127.0.0.1:${port}` }
}

/**
 * Starts the state process over a NATS server.
 * @returns its address, when it serves: when the log has been replayed.
 */
export async function startState(folder: ServerFolder, nats: RunningNats): Promise<string> {
  const port = await findFreePort()
  const address = `127.0.0.1:${port}`
  await folder.start({
    name: 'state',
    command: process.execPath,
    args: [join(REPOSITORY_ROOT, 'services', 'state', 'src', 'main.ts')],
    environment: {
      HOMEPORT_DATA_DIR: folder.path,
      HOMEPORT_STATE_ADDRESS: address,
      HOMEPORT_METRICS_PORT: '0',
      HOMEPORT_NATS_URL: nats.url,
      HOMEPORT_NATS_USER: nats.user,
      HOMEPORT_NATS_PASSWORD: nats.password,
    },
    port,
  })
  return address
}

/** Starts an etcd of one member, as its package configures it. @returns its address. */
export async function startEtcd(folder: ServerFolder, command: string): Promise<string> {
  const port = await findFreePort()
  const address = `127.0.0.1:${port}`
  const peerUrl = `http://127.0.0.1:${await findFreePort()}`
  const settings = {
    'data-dir': join(folder.path, 'etcd'),
    'listen-client-urls': `http://${address}`,
    'advertise-client-urls': `http://${address}`,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': `default=${peerUrl}`,
    // Its default of 2 GiB would end a run on a fast machine.
    'quota-backend-bytes': String(8 * 1024 ** 3),
    'log-level': 'error',
    logger: 'zap',
  }
  const args = Object.entries(settings).map(([name, value]) => `--${name}=${value}`)
  await folder.start({ name: 'etcd', command, args, port })
  return address
}

/** The path of etcd: HOMEPORT_ETCD, else the one on the path, else Debian's, which is fetched. */
export async function ensureEtcd(progress: (line: string) => void): Promise<string> {
  const found = findEtcd(process.env['HOMEPORT_ETCD'])
  if (found !== undefined) return found
  progress('getting etcd from the package sources of this machine')
  return await fetchEtcd()
}
