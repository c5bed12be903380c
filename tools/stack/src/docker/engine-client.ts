import { request as httpRequest } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { StackError } from '../stack-error.ts'

/** Where a Docker engine listens. */
export type EngineAddress =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }

/** Where Docker listens when nobody says otherwise. */
export const DEFAULT_ENGINE_SOCKET = '/var/run/docker.sock'

const DEFAULT_TCP_PORT = 2375

/**
 * Reads the value of DOCKER_HOST; absent or empty means the default socket.
 * @throws {StackError} for `ssh://` and others: the sample's page is fetched from this machine.
 */
export function parseEngineAddress(dockerHost: string | undefined): EngineAddress {
  if (dockerHost === undefined || dockerHost === '') return { kind: 'socket', path: DEFAULT_ENGINE_SOCKET }
  if (dockerHost.startsWith('unix://')) return { kind: 'socket', path: dockerHost.slice('unix://'.length) }
  if (dockerHost.startsWith('tcp://') && URL.canParse(dockerHost)) {
    const { hostname, port } = new URL(dockerHost)
    return { kind: 'tcp', host: hostname, port: port === '' ? DEFAULT_TCP_PORT : Number(port) }
  }
  throw new StackError(
    `Cannot use DOCKER_HOST: it must be unix://PATH or tcp://HOST:PORT, received ${dockerHost}`,
  )
}

/** An answer of the Engine API. */
export interface EngineResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** A call of the Engine API. */
export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** With query, without version. */
  readonly path: string
  /** Absent: no body. */
  readonly body?: NodeJS.ReadableStream
  /** The call fails when the engine is silent for so long; default `IDLE_TIMEOUT_MS`. */
  readonly idleTimeoutMs?: number
}

const IDLE_TIMEOUT_MS = 60_000

/**
 * Calls the Engine API once. The few calls that set-up needs do not justify loading a client library,
 * which takes longer than all of them.
 * @throws {Error} when the engine cannot be reached; its refusals are answers.
 */
export function callEngine(address: EngineAddress, call: EngineRequest): Promise<EngineResponse> {
  const target =
    address.kind === 'socket' ? { socketPath: address.path } : { host: address.host, port: address.port }
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { ...target, method: call.method, path: call.path, agent: false },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        )
      },
    )
    const idleTimeoutMs = call.idleTimeoutMs ?? IDLE_TIMEOUT_MS
    request.setTimeout(idleTimeoutMs, () =>
      request.destroy(
        new Error(`Cannot wait for the engine: it must answer within ${idleTimeoutMs} ms, received nothing`),
      ),
    )
    request.on('error', reject)
    if (call.body === undefined) request.end()
    // The end of either ends the other: a body that nobody reads would keep its source waiting.
    else pipeline(call.body, request).catch(reject)
  })
}

/** What to make of an engine that was asked whether it is there. */
export type EngineProbe =
  | { readonly kind: 'ready'; readonly version: string }
  /** Nothing answers; `forbidden` when only the permission is missing. */
  | { readonly kind: 'unreachable'; readonly isForbidden: boolean; readonly reason: string }

const PROBE_TIMEOUT_MS = 5000

/** Asks the engine whether it answers. */
export async function probeEngine(address: EngineAddress): Promise<EngineProbe> {
  try {
    const response = await callEngine(address, {
      method: 'GET',
      path: '/_ping',
      idleTimeoutMs: PROBE_TIMEOUT_MS,
    })
    if (response.status === 200) {
      return {
        kind: 'ready',
        version: /Docker\/(\S+)/.exec(String(response.headers['server']))?.[1] ?? 'unknown',
      }
    }
    return {
      kind: 'unreachable',
      isForbidden: false,
      reason: `HTTP ${response.status} ${response.body.trim()}`,
    }
  } catch (error) {
    const isForbidden = error instanceof Error && 'code' in error && error.code === 'EACCES'
    return {
      kind: 'unreachable',
      isForbidden,
      reason: error instanceof Error ? error.message : String(error),
    }
  }
}

/**
 * Calls the Engine API and expects success.
 * @throws {StackError} with the engine's own words when it refuses.
 */
export async function requireEngine(address: EngineAddress, call: EngineRequest): Promise<string> {
  const response = await callEngine(address, call)
  if (response.status >= 200 && response.status < 300) return response.body
  throw new StackError(
    `Cannot ${call.method} ${call.path}: the Docker engine answered ${response.status} ${response.body.trim()}`,
  )
}
