import { join, resolve } from 'node:path'
import { REPOSITORY_ROOT } from './paths.ts'
import { StackError } from './stack-error.ts'

/** Settings of the local stack; `docs/reference/environment.md` describes each variable. */
export interface StackConfig {
  /** Absolute path. */
  readonly dataDirectory: string
  /** 1 to 65,535. */
  readonly apiPort: number
  /** 12 digits. */
  readonly accountId: string
  /** The root user's key, when the user brings it; absent: generated at the first start. */
  readonly rootCredentials: RootKey | undefined
  readonly region: string
  /** Ports by purpose that the user fixed; the others are chosen among the free ones. */
  readonly fixedPorts: Readonly<Record<string, number>>
  readonly natsServer: string | undefined
  readonly busybox: string | undefined
  readonly dockerHost: string | undefined
  /** Absolute path; absent: a folder of the data directory, or for tests a folder in memory. */
  readonly dockerDataRoot: string | undefined
}

/** An access key of the account's root user. */
export interface RootKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const DEFAULT_API_PORT = 4566
const DEFAULT_ACCOUNT_ID = '000000000000'
const DEFAULT_REGION = 'us-east-1'

/** Ports of processes that only other processes use, by the variable that fixes them. */
const PORT_VARIABLES = {
  nats: 'HOMEPORT_NATS_PORT',
  gateway: 'HOMEPORT_GATEWAY_PORT',
  controlPlaneMetrics: 'HOMEPORT_CONTROL_PLANE_METRICS_PORT',
  agentMetrics: 'HOMEPORT_AGENT_METRICS_PORT',
} as const

/**
 * Reads the settings from the environment; an empty variable counts as absent.
 * @throws {StackError} naming the variable that cannot be used.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): StackConfig {
  const read = (name: string): string | undefined =>
    environment[name] === '' ? undefined : environment[name]
  const fixedPorts: Record<string, number> = {}
  for (const [purpose, variable] of Object.entries(PORT_VARIABLES)) {
    const text = read(variable)
    if (text !== undefined) fixedPorts[purpose] = parsePort(variable, text)
  }
  const accountId = read('HOMEPORT_ACCOUNT_ID') ?? DEFAULT_ACCOUNT_ID
  if (!/^\d{12}$/.test(accountId)) {
    throw new StackError(`Cannot use HOMEPORT_ACCOUNT_ID: it must be 12 digits, received ${accountId}`)
  }
  const apiPort = read('HOMEPORT_API_PORT')
  const dockerDataRoot = read('HOMEPORT_DOCKER_DATA_ROOT')
  return {
    dataDirectory: resolve(read('HOMEPORT_DATA_DIR') ?? join(REPOSITORY_ROOT, '.homeport')),
    apiPort: apiPort === undefined ? DEFAULT_API_PORT : parsePort('HOMEPORT_API_PORT', apiPort),
    accountId,
    rootCredentials: readRootKey(
      read('HOMEPORT_ROOT_ACCESS_KEY_ID'),
      read('HOMEPORT_ROOT_SECRET_ACCESS_KEY'),
    ),
    region: read('AWS_REGION') ?? read('AWS_DEFAULT_REGION') ?? DEFAULT_REGION,
    fixedPorts,
    natsServer: read('HOMEPORT_NATS_SERVER'),
    busybox: read('HOMEPORT_BUSYBOX'),
    dockerHost: read('DOCKER_HOST'),
    dockerDataRoot: dockerDataRoot === undefined ? undefined : resolve(dockerDataRoot),
  }
}

function readRootKey(
  accessKeyId: string | undefined,
  secretAccessKey: string | undefined,
): RootKey | undefined {
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return { accessKeyId, secretAccessKey }
  throw new StackError(
    'Cannot use HOMEPORT_ROOT_ACCESS_KEY_ID and HOMEPORT_ROOT_SECRET_ACCESS_KEY: both or none must be set, received one',
  )
}

function parsePort(variable: string, text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port
  throw new StackError(`Cannot use ${variable}: it must be a port from 1 to 65535, received ${text}`)
}
