import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import {
  type Environment,
  type EnvironmentVariables,
  type ProcessSettings,
  readEnvironment,
  readProcessSettings,
} from '@homeport/runtime'
import {
  DURATION,
  parseConfigFile,
  parseDurationMs,
  parsePorts,
  parseTextMap,
  parseTexts,
} from './ecs-values.ts'
import type { TaskEngineOptions } from './engine/task-engine.ts'
import type { HostOptions } from './host/describe-host.ts'
import type { AgentOptions } from './options.ts'

/** Everything that the environment says to an agent process. */
export interface AgentSettings extends ProcessSettings {
  readonly agent: AgentOptions
}

const DEFAULT_METRICS_PORT = 4570
const DEFAULT_CONFIG_FILE = '/etc/ecs/ecs.config'
const CPU_UNITS_MAX = 10_000_000
const MEMORY_MIB_MAX = 1_000_000_000
/** SSH, Docker, and the ECS agent's own. */
const DEFAULT_RESERVED_PORTS = '[22,2375,2376,51678,51679]'
const MS_PER_SECOND = 1000

/**
 * Reads the settings of an agent process: from the environment, and behind it from the ECS agent's file.
 * @throws {EnvironmentError} naming every wrong variable.
 * @throws {Error} when HOMEPORT_ECS_CONFIG_FILE names a file that cannot be read.
 */
export function readAgentSettings(variables: EnvironmentVariables): AgentSettings {
  const present = Object.entries(variables).filter(([, value]) => value !== undefined && value !== '')
  const merged = { ...readConfigFile(variables['HOMEPORT_ECS_CONFIG_FILE']), ...Object.fromEntries(present) }
  return readEnvironment(merged, (environment) => {
    const dataDirectory =
      environment.optional('HOMEPORT_AGENT_DATA_DIR') ??
      environment.string('ECS_DATADIR', '/var/lib/ecs/data')
    const { logLevel, metricsHost } = readProcessSettings(environment, DEFAULT_METRICS_PORT)
    return {
      dataDirectory,
      logLevel,
      metricsHost,
      metricsPort: environment.port('HOMEPORT_AGENT_METRICS_PORT', DEFAULT_METRICS_PORT),
      agent: readAgentOptions(environment, dataDirectory),
    }
  })
}

function readConfigFile(path: string | undefined): EnvironmentVariables {
  try {
    return parseConfigFile(readFileSync(path ?? DEFAULT_CONFIG_FILE, 'utf8'))
  } catch (error) {
    if (path === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}

function readAgentOptions(environment: Environment, dataDirectory: string): AgentOptions {
  const joinToken = environment.optional('HOMEPORT_JOIN_TOKEN')
  const joinTokenFile = environment.optional('HOMEPORT_JOIN_TOKEN_FILE')
  return {
    dataDirectory,
    dockerHost: environment.string('DOCKER_HOST', 'unix:///var/run/docker.sock'),
    gatewayAddress: environment.string('HOMEPORT_GATEWAY_ADDRESS', 'localhost:4568'),
    enrollmentAddress: environment.string('HOMEPORT_ENROLLMENT_ADDRESS', 'localhost:4569'),
    ...(joinToken !== undefined && { joinToken }),
    ...(joinTokenFile !== undefined && { joinTokenFile }),
    architecture: process.arch,
    host: readHostOptions(environment),
    engine: readEngineOptions(environment),
  }
}

function readHostOptions(environment: Environment): HostOptions {
  const region = environment.optional('AWS_REGION') ?? environment.string('AWS_DEFAULT_REGION', 'us-east-1')
  const json = <T>(name: string, fallback: string, parse: (name: string, text: string) => T): T =>
    parse(name, environment.string(name, fallback))
  const capacity = (name: string, maximum: number): number | undefined =>
    environment.optional(name) === undefined ? undefined : environment.integer(name, { minimum: 1, maximum })
  const cpuUnits = capacity('HOMEPORT_AGENT_CPU_UNITS', CPU_UNITS_MAX)
  const memoryMiB = capacity('HOMEPORT_AGENT_MEMORY_MIB', MEMORY_MIB_MAX)
  return {
    cluster: environment.string('ECS_CLUSTER', 'default'),
    region,
    hostname: hostname(),
    agentVersion: readVersion(),
    resources: {
      ...(cpuUnits !== undefined && { cpuUnits }),
      ...(memoryMiB !== undefined && { memoryMiB }),
      reservedMemoryMiB: environment.integer('ECS_RESERVED_MEMORY', {
        minimum: 0,
        maximum: MEMORY_MIB_MAX,
        fallback: 0,
      }),
      reservedPorts: json('ECS_RESERVED_PORTS', DEFAULT_RESERVED_PORTS, parsePorts),
      reservedUdpPorts: json('ECS_RESERVED_PORTS_UDP', '[]', parsePorts),
    },
    attributes: {
      availabilityZone: environment.string('HOMEPORT_AVAILABILITY_ZONE', `${region}a`),
      loggingDrivers: json('ECS_AVAILABLE_LOGGING_DRIVERS', '["json-file","none"]', parseTexts),
      isExternal: environment.boolean('ECS_EXTERNAL', false),
      custom: json('ECS_INSTANCE_ATTRIBUTES', '{}', parseTextMap),
    },
    tags: json('ECS_CONTAINER_INSTANCE_TAGS', '{}', parseTextMap),
  }
}

function readEngineOptions(environment: Environment): TaskEngineOptions {
  const durationMs = (name: string, fallback: string): number =>
    parseDurationMs(
      environment.text(name, {
        pattern: DURATION,
        constraint: 'must be a duration such as 30s, 5m or 1h30m',
        fallback,
      }),
    )
  return {
    installationId: environment.text('HOMEPORT_INSTALLATION_ID', {
      pattern: /^[\w.-]{1,64}$/,
      constraint: 'must be 1 to 64 letters, digits, dots, hyphens and underscores',
      fallback: 'default',
    }),
    stopTimeoutSeconds: Math.ceil(durationMs('ECS_CONTAINER_STOP_TIMEOUT', '30s') / MS_PER_SECOND),
    cleanupWaitMs: durationMs('ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION', '3h'),
    pull: {
      behavior: environment.choice(
        'ECS_IMAGE_PULL_BEHAVIOR',
        ['default', 'always', 'once', 'prefer-cached'],
        'default',
      ),
      timeoutMs: durationMs('ECS_IMAGE_PULL_TIMEOUT', '2h'),
      inactivityTimeoutMs: durationMs('ECS_IMAGE_PULL_INACTIVITY_TIMEOUT', '1m'),
    },
    start: {
      createTimeoutMs: durationMs('ECS_CONTAINER_CREATE_TIMEOUT', '4m'),
      startTimeoutMs: durationMs('ECS_CONTAINER_START_TIMEOUT', '3m'),
    },
  }
}

/** The version of this agent, from its package. */
export function readVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { readonly version: string }).version
}
