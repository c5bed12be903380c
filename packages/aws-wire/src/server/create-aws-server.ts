import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { invariant } from '@homeport/base'
import type { WireRequest, WireResponse } from '../protocols/protocol.ts'
import { selectProtocol } from '../protocols/select-protocol.ts'
import type { AwsServer, ListenAddress } from './aws-server.ts'
import { bodyTooLarge } from './decompress.ts'
import { Dispatcher } from './dispatcher.ts'
import {
  type AwsServerOptions,
  KEEP_ALIVE_TIMEOUT_MS,
  MAX_BODY_BYTES,
  MAX_HEADER_BYTES,
  REQUEST_TIMEOUT_MS,
} from './options.ts'
import { readBody } from './read-body.ts'

/** Makes a server of AWS services over HTTP. It holds no resources until it listens. */
export function createAwsServer(options: AwsServerOptions): AwsServer {
  return new HttpAwsServer(options)
}

class HttpAwsServer implements AwsServer {
  readonly http: Server
  readonly #options: AwsServerOptions
  readonly #dispatcher: Dispatcher
  readonly #maxBodyBytes: number
  #draining = false

  constructor(options: AwsServerOptions) {
    const { limits = {} } = options
    this.#options = options
    this.#dispatcher = new Dispatcher(options)
    this.#maxBodyBytes = limits.maxBodyBytes ?? MAX_BODY_BYTES
    this.http = createServer(
      {
        keepAliveTimeout: limits.keepAliveTimeoutMs ?? KEEP_ALIVE_TIMEOUT_MS,
        maxHeaderSize: limits.maxHeaderBytes ?? MAX_HEADER_BYTES,
        requestTimeout: limits.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      },
      this.listener,
    )
  }

  // An arrow function so that it can be handed to another server as it is.
  readonly listener = (request: IncomingMessage, response: ServerResponse): void => {
    // A rejection here is a hook that threw: a bug, which stops the process as any other would.
    void this.#answer(request, response)
  }

  async listen({ host = '127.0.0.1', port }: ListenAddress): Promise<{ port: number; url: string }> {
    this.http.listen(port, host)
    await once(this.http, 'listening')
    const address = this.http.address()
    invariant(typeof address === 'object' && address !== null, 'Cannot listen: the server has no port')
    const name = host.includes(':') ? `[${host}]` : host
    return { port: address.port, url: `http://${name}:${address.port}` }
  }

  async close(signal?: AbortSignal): Promise<void> {
    this.#draining = true
    if (!this.http.listening) return
    const cut = (): void => this.http.closeAllConnections()
    signal?.addEventListener('abort', cut)
    const closed = once(this.http, 'close')
    this.http.close()
    this.http.closeIdleConnections()
    if (signal?.aborted === true) cut()
    await closed
    signal?.removeEventListener('abort', cut)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.on('close', () => {
      if (!response.writableFinished) gone.abort()
    })
    const { method = '', url = '', headers } = request
    const arrival = {
      requestId: this.#options.newRequestId(),
      startedAtMs: this.#options.clock.monotonic(),
      receivedAtMs: this.#options.clock.now(),
      signal: gone.signal,
      sourceAddress: request.socket.remoteAddress ?? '',
    }
    const protocol = selectProtocol(url, headers)
    const result = await readBody(request, this.#maxBodyBytes)
    if (result.outcome === 'aborted') return
    if (result.outcome === 'too-large') {
      const wire: WireRequest = { method, url, headers, body: Buffer.alloc(0) }
      const error = bodyTooLarge(this.#maxBodyBytes)
      this.#write(response, this.#dispatcher.refuse(protocol, wire, { ...arrival, error }), false)
      return
    }
    const wire: WireRequest = { method, url, headers, body: result.body }
    this.#write(response, await this.#dispatcher.dispatch(protocol, wire, arrival), !this.#draining)
  }

  #write(response: ServerResponse, answer: WireResponse, keepAlive: boolean): void {
    response.writeHead(answer.status, {
      ...answer.headers,
      'content-length': Buffer.byteLength(answer.body),
      ...(keepAlive ? {} : { connection: 'close' }),
    })
    response.end(answer.body)
  }
}
