import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { callEngine, parseEngineAddress, probeEngine, requireEngine } from './engine-client.ts'

test.each([
  [undefined, { kind: 'socket', path: '/var/run/docker.sock' }],
  ['', { kind: 'socket', path: '/var/run/docker.sock' }],
  ['unix:///run/user/1000/docker.sock', { kind: 'socket', path: '/run/user/1000/docker.sock' }],
  ['tcp://10.0.0.7:2376', { kind: 'tcp', host: '10.0.0.7', port: 2376 }],
  ['tcp://engine', { kind: 'tcp', host: 'engine', port: 2375 }],
])('parseEngineAddress reads %j as %j', (dockerHost, address) => {
  expect(parseEngineAddress(dockerHost)).toEqual(address)
})

test.each(['ssh://me@host', 'npipe:////./pipe/docker_engine', 'docker'])(
  'parseEngineAddress refuses %j',
  (host) => {
    expect(() => parseEngineAddress(host)).toThrow(`received ${host}`)
  },
)

/** An engine that answers 200 with its version to a ping, echoes a POST, and refuses the rest with 404. */
async function fakeEngine() {
  const folder = mkdtempSync(join(tmpdir(), 'homeport-'))
  const path = join(folder, 'engine.sock')
  const server = createServer((request, response) => {
    if (request.url === '/_ping') response.writeHead(200, { server: 'Docker/28.5.2 (linux)' }).end('OK')
    else if (request.method === 'POST') request.pipe(response.writeHead(200))
    else response.writeHead(404).end('{"message":"no such thing"}\n')
  })
  await new Promise<void>((resolve) => {
    server.listen(path, resolve)
  })
  onTestFinished(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  return { kind: 'socket', path } as const
}

test('probeEngine tells the version when an engine answers', async () => {
  expect(await probeEngine(await fakeEngine())).toEqual({ kind: 'ready', version: '28.5.2' })
})

test('probeEngine tells the reason when nothing listens', async () => {
  const probe = await probeEngine({ kind: 'socket', path: '/nowhere/docker.sock' })
  expect(probe).toMatchObject({ kind: 'unreachable', isForbidden: false })
})

test('callEngine sends a body and reads the answer', async () => {
  const answer = await callEngine(await fakeEngine(), {
    method: 'POST',
    path: '/x',
    body: Readable.from(['a', 'b']),
  })
  expect(answer).toMatchObject({ status: 200, body: 'ab' })
})

test('requireEngine throws the words of the engine when it refuses', async () => {
  await expect(requireEngine(await fakeEngine(), { method: 'GET', path: '/x' })).rejects.toThrow(
    'Cannot GET /x: the Docker engine answered 404 {"message":"no such thing"}',
  )
})

test('callEngine lets go of the body when the engine cannot be reached', async () => {
  const body = new Readable({ read: () => undefined })
  const call = callEngine(
    { kind: 'socket', path: '/nowhere/docker.sock' },
    { method: 'POST', path: '/x', body },
  )
  await expect(call).rejects.toThrow('ENOENT')
  expect(body.destroyed).toBe(true)
})
