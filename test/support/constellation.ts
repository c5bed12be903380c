/**
 * Everything but Docker, in this process: a real NATS server, the control plane with its real sockets and
 * certificates, and simulated hosts that are the real agent over containers that exist by name only.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ECSClient } from '@aws-sdk/client-ecs'
import { type SimulatedHostOptions, startSimulatedHost } from '@homeport/agent/simulation'
import { readControlPlaneSettings, startControlPlane } from '@homeport/control-plane'
import {
  createMetricsRegistry,
  Lifecycle,
  type Running,
  silentLogger,
  systemClock,
  systemIds,
  systemRandom,
} from '@homeport/runtime'
import { startNats } from '@homeport/testkit'
import { freePorts } from './local-stack.ts'

/** A control plane and its hosts; `stop` removes all of it. */
export interface Constellation extends Running {
  readonly endpoint: string
  /** A client with the root credentials. */
  readonly ecs: ECSClient
  /** Adds a host; resolves when it has started to join. */
  addHost(options?: Partial<SimulatedHostOptions>): Promise<Running>
}

/** The region of every request unless a test says otherwise. */
export const REGION = 'us-east-1'
const credentials = { accessKeyId: 'AKIDCONSTELLATION', secretAccessKey: 'a-secret-of-the-test' }

/** Starts a constellation without hosts. */
export async function startConstellation(): Promise<Constellation> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'homeport-constellation-'))
  const lifecycle = new Lifecycle()
  lifecycle.defer(() => rmSync(dataDirectory, { recursive: true, force: true }))
  const nats = lifecycle.own(await startNats())
  const [apiPort, gatewayPort, enrollmentPort] = await freePorts(3)
  const settings = readControlPlaneSettings({
    HOMEPORT_DATA_DIR: dataDirectory,
    HOMEPORT_NATS_URL: nats.url,
    HOMEPORT_API_PORT: String(apiPort),
    HOMEPORT_GATEWAY_PORT: String(gatewayPort),
    HOMEPORT_ENROLLMENT_PORT: String(enrollmentPort),
    HOMEPORT_ROOT_ACCESS_KEY_ID: credentials.accessKeyId,
    HOMEPORT_ROOT_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  })
  const plane = lifecycle.own(
    await startControlPlane(settings, {
      clock: systemClock,
      random: systemRandom,
      ids: systemIds,
      logger: silentLogger,
      registry: createMetricsRegistry('constellation'),
    }),
  )
  const endpoint = `http://127.0.0.1:${plane.apiPort}`
  const ecs = new ECSClient({ endpoint, region: REGION, credentials })
  lifecycle.defer(() => ecs.destroy())
  return {
    endpoint,
    ecs,
    addHost: async (options) =>
      lifecycle.own(
        await startSimulatedHost({
          cluster: 'default',
          region: REGION,
          gatewayAddress: `localhost:${plane.sessionPort}`,
          enrollmentAddress: `localhost:${plane.enrollmentPort}`,
          joinTokenFile: join(dataDirectory, 'join-token'),
          ...options,
        }),
      ),
    stop: () => lifecycle.stop(),
  }
}
