/**
 * Sends signed requests over and over, and times each answer.
 *
 * The SDK signs requests beforehand and its handler keeps them instead of sending them; the load then costs the
 * machine little more than the server's own work. A signature holds for 15 minutes, far longer than a run.
 */
import { Agent, request as httpRequest, type RequestOptions } from 'node:http'
import type { ECSClient } from '@aws-sdk/client-ecs'
import { required } from '@homeport/base'

/** A request as it goes over the wire. */
export interface SignedRequest {
  readonly options: RequestOptions
  readonly body: string
}

/** What a load measured. */
export interface LoadResult {
  readonly requestsPerSecond: number
  /** Milliseconds of each answer. */
  readonly latencies: readonly number[]
}

/** How a load is made. */
export interface LoadOptions {
  /** Connections with one request in flight each. */
  readonly concurrency: number
  /** Requests that are measured. */
  readonly count: number
  /** Requests before that, which warm the server up. */
  readonly warmUpCount: number
}

interface Captured {
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly method: string
  readonly headers: Record<string, string>
  readonly body: string
}

class RequestCaptured extends Error {
  override readonly name = 'RequestCaptured'
}

/** The request that `send` would have sent through a client of the same settings as `ecs`. */
export async function sign(
  ecs: ECSClient,
  send: (client: ECSClient) => Promise<unknown>,
): Promise<SignedRequest> {
  let captured: Captured | undefined
  const original = ecs.config.requestHandler
  ecs.config.requestHandler = {
    ...original,
    handle: (request: unknown) => {
      captured = request as Captured
      return Promise.reject(new RequestCaptured())
    },
  } as typeof original
  try {
    await send(ecs)
  } catch (error) {
    if (!(error instanceof RequestCaptured)) throw error
  } finally {
    ecs.config.requestHandler = original
  }
  const { hostname, port, path, method, headers, body } = required(captured, 'the signed request')
  return { options: { hostname, port, path, method, headers }, body }
}

/** Sends `requests` in turn, from the start again when they are used up; every answer must be a 200. */
export async function load(requests: readonly SignedRequest[], options: LoadOptions): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.concurrency })
  try {
    const queue = cycle(requests)
    await replay(queue, agent, { ...options, count: options.warmUpCount })
    const startedAt = performance.now()
    const latencies = await replay(queue, agent, options)
    return { requestsPerSecond: (options.count * 1000) / (performance.now() - startedAt), latencies }
  } finally {
    agent.destroy()
  }
}

function* cycle(requests: readonly SignedRequest[]): Generator<SignedRequest, never> {
  for (;;) yield* requests
}

async function replay(
  queue: Generator<SignedRequest, never>,
  agent: Agent,
  options: { readonly concurrency: number; readonly count: number },
): Promise<number[]> {
  const latencies: number[] = []
  let remaining = options.count
  const connection = async (): Promise<void> => {
    while (remaining > 0) {
      remaining -= 1
      const startedAt = performance.now()
      await exchange(queue.next().value, agent)
      latencies.push(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: options.concurrency }, connection))
  return latencies
}

function exchange(signed: SignedRequest, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...signed.options, agent }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        if (response.statusCode === 200) resolve()
        else
          reject(
            new Error(
              `Cannot load: answers must be 200, received ${response.statusCode} ${Buffer.concat(chunks).toString()}`,
            ),
          )
      })
    })
    request.on('error', reject)
    request.end(signed.body)
  })
}
