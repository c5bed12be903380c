import { Gauge } from 'prom-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMetricsRegistry, type MetricsServer, startMetricsServer } from './metrics-server.ts'

let server: MetricsServer
let reason: string | undefined
const registry = createMetricsRegistry('test')
new Gauge({ name: 'homeport_test', help: 'A figure', registers: [registry] }).set(42)

beforeEach(async () => {
  reason = undefined
  server = await startMetricsServer({ registry, port: 0, unhealthyReason: () => reason })
})
afterEach(() => server.stop())

const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${server.port}${path}`)

describe('startMetricsServer', () => {
  it('startMetricsServer serves Prometheus text when asked for metrics', async () => {
    const response = await get('/metrics')
    expect(response.headers.get('content-type')).toContain('text/plain')
    const text = await response.text()
    expect(text).toContain('homeport_test{process="test"} 42')
    expect(text).toContain('process_resident_memory_bytes')
  })

  it('startMetricsServer says why when the process is unhealthy', async () => {
    expect((await get('/health')).status).toBe(200)
    reason = 'the log cannot be reached'
    const response = await get('/health?verbose')
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({ status: 'unhealthy', reason: 'the log cannot be reached' })
  })

  it('startMetricsServer answers 404 when the path is another', async () => {
    expect((await get('/')).status).toBe(404)
  })
})
