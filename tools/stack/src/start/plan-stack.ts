import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { StackConfig } from '../config.ts'
import { ensureCredentials } from '../credentials.ts'
import { openInstallation, writeInstallation } from '../installation.ts'
import { dataPaths } from '../paths.ts'
import { findNatsServer } from '../prepare/nats-server.ts'
import { StackError } from '../stack-error.ts'
import { renderNatsConfig } from '../supervisor/nats-config.ts'
import type { StackPlan } from './children.ts'
import { choosePorts } from './choose-ports.ts'
import { isPortFree } from './free-port.ts'

const OWNER_ONLY_FILE = 0o600
const NATS_USER = 'homeport'
const NATS_PASSWORD_BYTES = 24

/**
 * Decides everything that the processes of a stack are told, and writes what they read: nobody else may be
 * starting a stack with this data directory.
 * @throws {StackError} when a port is taken, or the data directory is not usable.
 */
export async function planStack(config: StackConfig): Promise<StackPlan> {
  const paths = dataPaths(config.dataDirectory)
  const installation = openInstallation(paths)
  if (!(await isPortFree(config.apiPort, '127.0.0.1'))) {
    throw new StackError(
      `Cannot serve the API: its port must be free, received ${config.apiPort}, where another program listens ` +
        '(set HOMEPORT_API_PORT to another port)',
    )
  }
  const ports = await choosePorts(config.fixedPorts, installation.ports)
  writeInstallation(paths, { ...installation, ports })
  const natsServer = await findNatsServer(config.natsServer)
  if (natsServer === undefined)
    throw new StackError('Cannot start NATS: nats-server 2.10 or newer is missing')
  // New at every start: all that use it are started with it.
  const natsPassword = randomBytes(NATS_PASSWORD_BYTES).toString('hex')
  const natsConfig = {
    port: ports.nats,
    monitorPort: ports.natsMonitor,
    user: NATS_USER,
    password: natsPassword,
    storeFolder: paths.natsStore,
  }
  writeFileSync(paths.natsConfiguration, renderNatsConfig(natsConfig), { mode: OWNER_ONLY_FILE })
  mkdirSync(paths.natsStore, { recursive: true })
  return {
    config,
    paths,
    installationId: installation.installationId,
    credentials: ensureCredentials(paths.credentials, config),
    ports,
    natsServer: natsServer.path,
    natsUser: NATS_USER,
    natsPassword,
  }
}

/** Where the stack's API answers. */
export function endpointOf(config: StackConfig): string {
  return `http://127.0.0.1:${config.apiPort}`
}
