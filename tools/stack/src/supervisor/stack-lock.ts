import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { createServer } from 'node:net'

/** The right to be the only supervisor of a data directory. */
export interface StackLock {
  /** Lets others have it. The end of the process, however it comes, does so too. */
  release(): void
}

/**
 * Takes the lock of an existing data directory. It is an abstract socket address: the kernel gives it to one
 * process and takes it back when that ends, so a lock can never be left behind.
 * @returns `undefined` when another process has it.
 */
export function takeStackLock(dataDirectory: string): Promise<StackLock | undefined> {
  const name = createHash('sha256').update(realpathSync(dataDirectory)).digest('hex').slice(0, 32)
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen(`\0homeport-stack-${name}`, () => {
      server.unref()
      resolve({ release: () => server.close() })
    })
  })
}
