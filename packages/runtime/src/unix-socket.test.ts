import { existsSync, linkSync, mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { prepareSocketAddress, socketAddress } from './unix-socket.ts'

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'socket-'))
const pathOf = (address: string): string => address.slice('unix:'.length)

it('prepareSocketAddress makes a folder of the owner when there is none', async () => {
  const address = socketAddress(join(newFolder(), 'data'), 'state')
  await prepareSocketAddress(address)
  expect(statSync(dirname(pathOf(address))).mode & 0o777).toBe(0o700)
})

it('prepareSocketAddress leaves other addresses alone', async () => {
  await expect(prepareSocketAddress('localhost:1')).resolves.toBeUndefined()
})

it('prepareSocketAddress names the limit when the path is too long', async () => {
  const address = socketAddress(`/${'d'.repeat(100)}`, 'state')
  await expect(prepareSocketAddress(address)).rejects.toThrow(/at most 107 bytes .*received 116$/)
})

it('prepareSocketAddress keeps a file that is no socket', async () => {
  const path = join(newFolder(), 'state.sock')
  writeFileSync(path, 'mine')
  await expect(prepareSocketAddress(`unix:${path}`)).rejects.toThrow('received another file')
  expect(existsSync(path)).toBe(true)
})

it('prepareSocketAddress refuses a socket when somebody listens on it', async () => {
  const path = join(newFolder(), 'state.sock')
  const server = await listen(path)
  await expect(prepareSocketAddress(`unix:${path}`)).rejects.toThrow('must not be in use')
  await close(server)
})

it('prepareSocketAddress removes a socket when nobody listens on it', async () => {
  const folder = newFolder()
  const stale = join(folder, 'state.sock')
  const server = await listen(join(folder, 'living.sock'))
  // Closing removes the server's own path; the second name stays behind as after a kill.
  linkSync(join(folder, 'living.sock'), stale)
  await close(server)
  await prepareSocketAddress(`unix:${stale}`)
  expect(existsSync(stale)).toBe(false)
})

async function listen(path: string): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return server
}

const close = (server: Server): Promise<unknown> => new Promise((resolve) => server.close(resolve))
