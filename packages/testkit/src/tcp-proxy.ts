/** A network between two processes that a test can break. */
import { connect, createServer, type Socket } from 'node:net'
import type { Running } from '@homeport/runtime'

/** Forwards connections to one port. */
export interface TcpProxy extends Running {
  /** On 127.0.0.1. */
  readonly port: number
  /** From now on what the server sends is thrown away; what clients send still arrives. Until `restore`. */
  dropAnswers(): void
  /** New connections are forwarded whole again. */
  restore(): void
  /** Breaks every connection. */
  cut(): void
}

/** Starts a proxy on a free port of 127.0.0.1 for a server on another. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let isDropping = false
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // The other end may be killed at any time; what that means is for the client to find out.
    socket.on('error', () => socket.destroy())
  }
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1')
    keep(client)
    keep(upstream)
    client.on('data', (data) => upstream.write(data))
    upstream.on('data', (data) => {
      if (!isDropping) client.write(data)
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    dropAnswers: () => {
      isDropping = true
    },
    restore: () => {
      isDropping = false
    },
    cut,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        cut()
      }),
  }
}
