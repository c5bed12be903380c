import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EnvironmentVariables } from '@homeport/runtime'
import { describe, expect, it } from 'vitest'
import { readAgentSettings } from './config.ts'

/** Without what the machine's own file says. */
function read(variables: EnvironmentVariables, file = '') {
  const path = join(mkdtempSync(join(tmpdir(), 'config-')), 'ecs.config')
  writeFileSync(path, file)
  return readAgentSettings({ HOMEPORT_ECS_CONFIG_FILE: path, ...variables })
}

describe('readAgentSettings', () => {
  it('has the defaults of the ECS agent', () => {
    const { agent, dataDirectory, metricsPort } = read({})
    expect({ dataDirectory, metricsPort }).toEqual({ dataDirectory: '/var/lib/ecs/data', metricsPort: 4570 })
    expect(agent).toMatchObject({
      dockerHost: 'unix:///var/run/docker.sock',
      gatewayAddress: 'localhost:4568',
      enrollmentAddress: 'localhost:4569',
      host: {
        cluster: 'default',
        region: 'us-east-1',
        resources: {
          reservedMemoryMiB: 0,
          reservedPorts: [22, 2375, 2376, 51678, 51679],
          reservedUdpPorts: [],
        },
        attributes: {
          availabilityZone: 'us-east-1a',
          loggingDrivers: ['json-file', 'none'],
          isExternal: false,
          custom: {},
        },
        tags: {},
      },
      engine: {
        installationId: 'default',
        stopTimeoutSeconds: 30,
        cleanupWaitMs: 3 * 3_600_000,
        pull: { behavior: 'default', timeoutMs: 2 * 3_600_000, inactivityTimeoutMs: 60_000 },
        start: { createTimeoutMs: 240_000, startTimeoutMs: 180_000 },
      },
    })
    expect(agent.host.resources).not.toHaveProperty('cpuUnits')
  })

  it('reads what is set', () => {
    const { agent, dataDirectory } = read({
      AWS_REGION: 'eu-central-1',
      AWS_DEFAULT_REGION: 'us-west-2',
      HOMEPORT_AGENT_DATA_DIR: '/srv/agent',
      ECS_DATADIR: '/data',
      HOMEPORT_AGENT_CPU_UNITS: '4096',
      HOMEPORT_AGENT_MEMORY_MIB: '2048',
      ECS_RESERVED_MEMORY: '256',
      ECS_RESERVED_PORTS: '[22]',
      ECS_RESERVED_PORTS_UDP: '[53]',
      ECS_INSTANCE_ATTRIBUTES: '{"rack":"7"}',
      ECS_CONTAINER_INSTANCE_TAGS: '{"team":"web"}',
      ECS_AVAILABLE_LOGGING_DRIVERS: '["syslog"]',
      ECS_EXTERNAL: 'true',
      ECS_CONTAINER_STOP_TIMEOUT: '1m30s',
      ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION: '500ms',
      ECS_IMAGE_PULL_BEHAVIOR: 'prefer-cached',
      HOMEPORT_JOIN_TOKEN_FILE: '/run/token',
    })
    expect(dataDirectory).toBe('/srv/agent')
    expect(agent).toMatchObject({
      joinTokenFile: '/run/token',
      host: {
        region: 'eu-central-1',
        resources: {
          cpuUnits: 4096,
          memoryMiB: 2048,
          reservedMemoryMiB: 256,
          reservedPorts: [22],
          reservedUdpPorts: [53],
        },
        attributes: {
          availabilityZone: 'eu-central-1a',
          custom: { rack: '7' },
          loggingDrivers: ['syslog'],
          isExternal: true,
        },
        tags: { team: 'web' },
      },
      engine: { stopTimeoutSeconds: 90, cleanupWaitMs: 500, pull: { behavior: 'prefer-cached' } },
    })
  })

  it('reads the file of the ECS agent behind the environment', () => {
    const file =
      '# hosts of the web tier\nECS_CLUSTER=web\nexport ECS_RESERVED_MEMORY="128"\nECS_CONTAINER_STOP_TIMEOUT=5s\n'
    const { agent } = read({ ECS_CONTAINER_STOP_TIMEOUT: '7s', ECS_CLUSTER: '' }, file)
    expect(agent).toMatchObject({
      host: { cluster: 'web', resources: { reservedMemoryMiB: 128 } },
      engine: { stopTimeoutSeconds: 7 },
    })
  })

  it('names what is wrong', () => {
    expect(() => read({ ECS_CONTAINER_STOP_TIMEOUT: '30', ECS_IMAGE_PULL_BEHAVIOR: 'never' })).toThrow(
      /Cannot use ECS_CONTAINER_STOP_TIMEOUT: must be a duration such as 30s, 5m or 1h30m, received "30"\n.*ECS_IMAGE_PULL_BEHAVIOR|Cannot use ECS_IMAGE_PULL_BEHAVIOR.*\n.*ECS_CONTAINER_STOP_TIMEOUT/,
    )
    for (const [name, value] of [
      ['ECS_RESERVED_PORTS', '22'],
      ['ECS_AVAILABLE_LOGGING_DRIVERS', '[1]'],
      ['ECS_INSTANCE_ATTRIBUTES', '{"a":1}'],
      ['ECS_CONTAINER_INSTANCE_TAGS', 'x'],
    ] as const) {
      expect(() => read({ [name]: value })).toThrow(`Cannot use ${name}: must be a JSON`)
    }
  })

  it('refuses a configuration file that it was told of and cannot read', () => {
    expect(() => readAgentSettings({ HOMEPORT_ECS_CONFIG_FILE: '/nonexistent/ecs.config' })).toThrow('ENOENT')
  })
})
