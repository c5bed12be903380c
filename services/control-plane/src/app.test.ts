/** Goal: that the services find each other in one process. Method: real NATS and real sockets, system clock. */
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Registry,
  type ServicePorts,
  silentLogger,
  systemClock,
  systemIds,
  systemRandom,
} from '@homeport/runtime'
import { type NatsServer, startNats } from '@homeport/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startControlPlane } from './app.ts'
import { type ControlPlaneSettings, readControlPlaneSettings } from './config.ts'

let nats: NatsServer
beforeAll(async () => {
  nats = await startNats()
})
afterAll(() => nats.stop())

const newPorts = (): ServicePorts => ({
  clock: systemClock,
  random: systemRandom,
  ids: systemIds,
  logger: silentLogger,
  registry: new Registry(),
})

const settingsIn = (dataDirectory: string): ControlPlaneSettings =>
  readControlPlaneSettings({
    HOMEPORT_DATA_DIR: dataDirectory,
    HOMEPORT_NATS_URL: nats.url,
    HOMEPORT_API_PORT: '0',
    HOMEPORT_GATEWAY_PORT: '0',
    HOMEPORT_ENROLLMENT_PORT: '0',
    HOMEPORT_ROOT_ACCESS_KEY_ID: 'ROOT',
    HOMEPORT_ROOT_SECRET_ACCESS_KEY: 'secret',
  })

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'homeport-'))

it('startControlPlane serves every service, and stops and starts again over the same folder', async () => {
  const folder = newFolder()
  for (let start = 0; start < 2; start += 1) {
    const ports = newPorts()
    const controlPlane = await startControlPlane(settingsIn(folder), ports)
    expect(controlPlane.unhealthyReason()).toBeUndefined()
    // Not signed, so refused, but by a service that speaks.
    const answer = await fetch(`http://127.0.0.1:${controlPlane.apiPort}/`, { method: 'POST' })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    const metrics = await ports.registry.metrics()
    for (const service of ['state', 'scheduler', 'gateway', 'api']) {
      expect(metrics).toContain(`homeport_${service}_`)
    }
    expect(existsSync(join(folder, 'run', 'state.sock'))).toBe(true)
    await controlPlane.stop()
    expect(existsSync(join(folder, 'run', 'state.sock'))).toBe(false)
  }
})

it('startControlPlane names the limit when the data folder is too long for sockets', async () => {
  const folder = join(newFolder(), 'd'.repeat(100))
  await expect(startControlPlane(settingsIn(folder), newPorts())).rejects.toThrow(
    'a socket path has at most 107 bytes',
  )
})

it('startControlPlane stops what it has started when a later service cannot start', async () => {
  const folder = newFolder()
  const settings = settingsIn(folder)
  const broken = { ...settings, gateway: { ...settings.gateway, host: 'no.such.host.invalid' } }
  await expect(startControlPlane(broken, newPorts())).rejects.toThrow(
    'Cannot listen on no.such.host.invalid:0',
  )
  const controlPlane = await startControlPlane(settings, newPorts())
  await controlPlane.stop()
})

it('unhealthyReason names the service when NATS is gone', async () => {
  const own = await startNats()
  const settings = settingsIn(newFolder())
  const state = { ...settings.state, nats: { servers: [own.url] } }
  const controlPlane = await startControlPlane({ ...settings, state }, newPorts())
  await own.kill()
  while (controlPlane.unhealthyReason() === undefined) await new Promise((resolve) => setImmediate(resolve))
  expect(controlPlane.unhealthyReason()).toMatch(/^state: no connection to NATS/)
  await controlPlane.stop()
  await own.stop()
})
