/** Addresses of Unix sockets, over which the services of one machine talk. */
import { lstat, mkdir, unlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'

/** `sun_path` of Linux holds 108 bytes, the last of them a zero. */
const SOCKET_PATH_BYTES_MAX = 107

const SCHEME = 'unix:'

/** Only the owner may reach the sockets: whoever can connect to them is trusted. */
const DIRECTORY_MODE = 0o700

/** An address that no server can listen on. */
export class SocketAddressError extends Error {
  override readonly name = 'SocketAddressError'
  readonly code = 'INVALID_SOCKET_ADDRESS'
  readonly retryable = false
}

/** The grpc-js address of a service's socket below a data folder: `unix:FOLDER/run/NAME.sock`. */
export const socketAddress = (dataDirectory: string, service: string): string =>
  `${SCHEME}${join(dataDirectory, 'run', `${service}.sock`)}`

/**
 * Makes a `unix:` address ready to be listened on: its folder exists, and no socket of a process that is gone
 * is in the way. Addresses of other kinds are left alone.
 * @throws {SocketAddressError} when the path is too long, is another kind of file, or a living process listens there.
 */
export async function prepareSocketAddress(address: string): Promise<void> {
  if (!address.startsWith(SCHEME)) return
  const path = address.slice(SCHEME.length)
  const byteCount = Buffer.byteLength(path)
  if (byteCount > SOCKET_PATH_BYTES_MAX) {
    throw new SocketAddressError(
      `Cannot listen on ${path}: a socket path has at most ${SOCKET_PATH_BYTES_MAX} bytes (choose a shorter HOMEPORT_DATA_DIR), received ${byteCount}`,
    )
  }
  await mkdir(dirname(path), { recursive: true, mode: DIRECTORY_MODE })
  await removeStale(path)
}

async function removeStale(path: string): Promise<void> {
  const status = await lstat(path).catch(() => undefined)
  if (status === undefined) return
  if (!status.isSocket()) {
    throw new SocketAddressError(`Cannot listen on ${path}: must be free or a socket, received another file`)
  }
  if (await answers(path)) {
    throw new SocketAddressError(
      `Cannot listen on ${path}: must not be in use, received a socket on which a process listens`,
    )
  }
  await unlink(path)
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
