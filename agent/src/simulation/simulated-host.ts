/**
 * A host whose containers exist only by name, so that placing a task costs no engine.
 *
 * It is the real agent, with its session, checkpoint and reports, over a container runtime that says yes.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { required } from '@homeport/base'
import {
  createMetricsRegistry,
  type Running,
  silentLogger,
  systemClock,
  systemIds,
  systemRandom,
} from '@homeport/runtime'
import { startAgentOn } from '../app.ts'
import { readAgentSettings } from '../config.ts'
import type { ContainerFacts, ContainerRuntime } from '../engine/container-runtime.ts'

/** Where a simulated host joins. */
export interface SimulatedHostOptions {
  /** Name of a cluster that exists; `default` is made on demand. */
  readonly cluster: string
  /** The region of that cluster. */
  readonly region: string
  /** `host:port` of the agent sessions. */
  readonly gatewayAddress: string
  /** `host:port` of the enrolment. */
  readonly enrollmentAddress: string
  /** The file that the gateway wrote. */
  readonly joinTokenFile: string
  /** CPU units to offer; default 10,000,000. */
  readonly cpuUnits?: number
  /** MiB to offer; default 100,000,000. */
  readonly memoryMiB?: number
  /** As `us-east-1a`; default the region's `a`. */
  readonly availabilityZone?: string
}

/** Starts a host, by default with room for a million tasks; stopping it removes its data. */
export async function startSimulatedHost(options: SimulatedHostOptions): Promise<Running> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'homeport-host-'))
  const { agent } = readAgentSettings({
    HOMEPORT_AGENT_DATA_DIR: dataDirectory,
    HOMEPORT_GATEWAY_ADDRESS: options.gatewayAddress,
    HOMEPORT_ENROLLMENT_ADDRESS: options.enrollmentAddress,
    HOMEPORT_JOIN_TOKEN_FILE: options.joinTokenFile,
    HOMEPORT_AGENT_CPU_UNITS: String(options.cpuUnits ?? 10_000_000),
    HOMEPORT_AGENT_MEMORY_MIB: String(options.memoryMiB ?? 100_000_000),
    ECS_CLUSTER: options.cluster,
    AWS_REGION: options.region,
    HOMEPORT_AVAILABILITY_ZONE: options.availabilityZone,
  })
  const server = await startAgentOn(agreeableRuntime(), agent, {
    clock: systemClock,
    random: systemRandom,
    ids: systemIds,
    logger: silentLogger,
    registry: createMetricsRegistry('simulated-host'),
  })
  return {
    async stop() {
      await server.stop()
      rmSync(dataDirectory, { recursive: true, force: true })
    },
  }
}

/** Keeps a name and a status for each container. */
function agreeableRuntime(): ContainerRuntime {
  const containers = new Map<string, ContainerFacts>()
  const change = (runtimeId: string, facts: Partial<ContainerFacts>): void => {
    containers.set(runtimeId, { ...required(containers.get(runtimeId), 'the container'), ...facts })
  }
  return {
    version: () => Promise.resolve({ engine: '20.10.24', api: '1.41', minimumApi: '1.12' }),
    findImage: () => Promise.resolve({ digest: '' }),
    pullImage: () => Promise.resolve(),
    createContainer(spec) {
      const { name, labels } = spec
      containers.set(name, { ...FRESH, runtimeId: name, name, labels })
      return Promise.resolve(name)
    },
    startContainer(runtimeId) {
      change(runtimeId, { status: 'running', startedAtMs: systemClock.now() })
      return Promise.resolve()
    },
    inspectContainer: (idOrName) => Promise.resolve(containers.get(idOrName)),
    stopContainer(runtimeId) {
      change(runtimeId, { status: 'exited', finishedAtMs: systemClock.now() })
      return Promise.resolve()
    },
    removeContainer(runtimeId) {
      containers.delete(runtimeId)
      return Promise.resolve()
    },
    listContainers: () =>
      Promise.resolve(
        [...containers.values()].map(({ runtimeId, labels, status }) => ({
          runtimeId,
          labels,
          isRunning: status === 'running',
        })),
      ),
    watch(_label, listener) {
      listener.onConnected()
      return { stop: () => Promise.resolve() }
    },
  }
}

const FRESH: Omit<ContainerFacts, 'runtimeId' | 'name' | 'labels'> = {
  status: 'created',
  exitCode: 0,
  isOutOfMemory: false,
  startedAtMs: 0,
  finishedAtMs: 0,
  error: '',
  bindings: [],
  health: 'UNKNOWN',
}
