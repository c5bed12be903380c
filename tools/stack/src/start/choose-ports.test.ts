import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { choosePorts } from './choose-ports.ts'
import { findFreePort } from './free-port.ts'

/** A port that is taken for the time of the test. */
async function takePort(): Promise<number> {
  const port = await findFreePort()
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.close()
  })
  return port
}

test('choosePorts keeps the ports of the last start while they are free', async () => {
  const first = await choosePorts({}, {})
  expect(new Set(Object.values(first)).size).toBe(6)
  expect(await choosePorts({}, first)).toEqual(first)
})

test('choosePorts chooses another port when the remembered one is taken', async () => {
  const taken = await takePort()
  expect((await choosePorts({}, { nats: taken })).nats).not.toBe(taken)
})

test('choosePorts names the variable when a fixed port is taken', async () => {
  const taken = await takePort()
  await expect(choosePorts({ nats: taken }, {})).rejects.toThrow(
    `Cannot use HOMEPORT_NATS_PORT: the port must be free, received ${taken}`,
  )
})
