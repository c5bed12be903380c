import type { RequestListener, Server } from 'node:http'

/** Where a server listens. */
export interface ListenAddress {
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** 0 = any free port. */
  readonly port: number
}

/** A server of AWS services, made by `createAwsServer`. */
export interface AwsServer {
  /** Answers AWS requests; mount it on a server of your own, or use `listen`. */
  readonly listener: RequestListener
  /** The node:http server behind `listen`, for upgrade handlers and the like. */
  readonly http: Server
  /** @returns the port and the URL that clients use. */
  listen(address: ListenAddress): Promise<{ readonly port: number; readonly url: string }>
  /**
   * Stops accepting, closes idle connections and waits for running requests; when `signal` aborts,
   * connections still open are cut. Idempotent.
   */
  close(signal?: AbortSignal): Promise<void>
}
