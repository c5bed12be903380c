import { createServer } from 'node:http'
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { Running } from './lifecycle.ts'

/** A registry with the process's own metrics (CPU, memory, event loop) and `process` as default label. */
export function createMetricsRegistry(processName: string): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ process: processName })
  collectDefaultMetrics({ register: registry })
  return registry
}

/** What the metrics server serves. */
export interface MetricsServerOptions {
  readonly registry: Registry
  /** 0 to 65,535; 0 lets the system choose. */
  readonly port: number
  /** Address to listen on; default 127.0.0.1. */
  readonly host?: string
  /** Why the process cannot do its work; `undefined`: it can. */
  readonly unhealthyReason: () => string | undefined
}

/** A started metrics server. */
export interface MetricsServer extends Running {
  /** The port that it listens on. */
  readonly port: number
}

/**
 * Serves `/metrics` (Prometheus text), `/health` (200 or 503 with the reason as JSON) and 404 for the rest.
 * @throws {Error} when the port cannot be listened on.
 */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    void answer(options, request.url ?? '/').then(({ status, type, body }) =>
      response.writeHead(status, { 'content-type': type }).end(body),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host ?? '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

async function answer(options: MetricsServerOptions, url: string): Promise<Answer> {
  const json = (status: number, value: object): Answer => ({
    status,
    type: 'application/json',
    body: JSON.stringify(value),
  })
  const path = url.split('?', 1)[0]
  if (path === '/metrics') {
    return { status: 200, type: options.registry.contentType, body: await options.registry.metrics() }
  }
  if (path !== '/health') return json(404, { error: 'not found' })
  const reason = options.unhealthyReason()
  return reason === undefined ? json(200, { status: 'healthy' }) : json(503, { status: 'unhealthy', reason })
}
