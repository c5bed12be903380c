import { join, resolve } from 'node:path'
import { type Environment, type EnvironmentVariables, readEnvironment } from '@homeport/runtime'
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
  readonly rootKey: RootKey | undefined
  /** Of this machine's container instance, for example "us-east-1". */
  readonly region: string
  /** Ports by purpose that the user fixed; the others are chosen among the free ones. */
  readonly fixedPorts: Readonly<Record<string, number>>
  /** Path of the binary; absent: the first on the path that is new enough, else fetched. */
  readonly natsServer: string | undefined
  /** Path of a static binary; absent: the machine's, else fetched. */
  readonly busybox: string | undefined
  /** `unix://PATH` or `tcp://HOST:PORT`; absent: the default socket. */
  readonly dockerHost: string | undefined
  /** Absolute path; absent: a folder of the data directory, or for tests a folder in memory. */
  readonly dockerDataRoot: string | undefined
}

/** An access key of the account's root user. */
export interface RootKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** A port that only Homeport's own processes use. */
export type InternalPort =
  | 'controlPlaneMetrics'
  | 'gateway'
  | 'enrollment'
  | 'agentMetrics'
  | 'nats'
  | 'natsMonitor'

/** How an internal port is chosen. */
export interface InternalPortRule {
  /** The variable that fixes it. */
  readonly variable: string
  /** Taken at the first start when it is free, so that other hosts and dashboards can know it. */
  readonly preferred: number
}

/** The rules of all internal ports. */
export const INTERNAL_PORTS: Readonly<Record<InternalPort, InternalPortRule>> = {
  controlPlaneMetrics: { variable: 'HOMEPORT_METRICS_PORT', preferred: 4567 },
  gateway: { variable: 'HOMEPORT_GATEWAY_PORT', preferred: 4568 },
  enrollment: { variable: 'HOMEPORT_ENROLLMENT_PORT', preferred: 4569 },
  agentMetrics: { variable: 'HOMEPORT_AGENT_METRICS_PORT', preferred: 4570 },
  nats: { variable: 'HOMEPORT_NATS_PORT', preferred: 4575 },
  natsMonitor: { variable: 'HOMEPORT_NATS_MONITOR_PORT', preferred: 4576 },
}

/**
 * Reads the settings; an empty variable counts as absent.
 * @throws {EnvironmentError} naming every variable that cannot be used.
 * @throws {StackError} when only half of the root key is given.
 */
export function readConfig(variables: EnvironmentVariables): StackConfig {
  return readEnvironment(variables, (environment) => {
    const dockerDataRoot = environment.optional('HOMEPORT_DOCKER_DATA_ROOT')
    return {
      dataDirectory: resolve(environment.string('HOMEPORT_DATA_DIR', join(REPOSITORY_ROOT, '.homeport'))),
      apiPort: readPort(environment, 'HOMEPORT_API_PORT', 4566),
      accountId: environment.text('HOMEPORT_ACCOUNT_ID', {
        pattern: /^\d{12}$/,
        constraint: 'must be twelve digits',
        fallback: '000000000000',
      }),
      rootKey: readRootKey(environment),
      region: environment.string('AWS_REGION', environment.string('AWS_DEFAULT_REGION', 'us-east-1')),
      fixedPorts: readFixedPorts(environment),
      natsServer: environment.optional('HOMEPORT_NATS_SERVER'),
      busybox: environment.optional('HOMEPORT_BUSYBOX'),
      dockerHost: environment.optional('DOCKER_HOST'),
      dockerDataRoot: dockerDataRoot === undefined ? undefined : resolve(dockerDataRoot),
    }
  })
}

function readFixedPorts(environment: Environment): Record<string, number> {
  const ports: Record<string, number> = {}
  for (const [purpose, { variable }] of Object.entries(INTERNAL_PORTS)) {
    if (environment.optional(variable) !== undefined) ports[purpose] = readPort(environment, variable)
  }
  return ports
}

function readPort(environment: Environment, variable: string, fallback?: number): number {
  const range = { minimum: 1, maximum: 65_535 }
  return environment.integer(variable, fallback === undefined ? range : { ...range, fallback })
}

function readRootKey(environment: Environment): RootKey | undefined {
  const accessKeyId = environment.optional('HOMEPORT_ROOT_ACCESS_KEY_ID')
  const secretAccessKey = environment.optionalSecret('HOMEPORT_ROOT_SECRET_ACCESS_KEY')
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return { accessKeyId, secretAccessKey }
  throw new StackError(
    'Cannot use HOMEPORT_ROOT_ACCESS_KEY_ID and HOMEPORT_ROOT_SECRET_ACCESS_KEY: both or none must be set, received one',
  )
}
