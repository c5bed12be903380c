import { type Bus, type BusError, connectBus, type LogStream, readSyncInterval } from '@homeport/bus'
import { silentLogger, systemClock } from '@homeport/runtime'
import { createMemoryLog, type NatsServer, startNats, startTcpProxy } from '@homeport/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const OPTIONS = { stream: 'TEST', subject: 'test.log' }
const ports = { clock: systemClock, logger: silentLogger }

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

async function textsOf(log: LogStream, first: number, last: number): Promise<string[]> {
  const texts: string[] = []
  for await (const { sequence, bytes } of log.read(first, last)) {
    texts.push(`${sequence} ${new TextDecoder().decode(bytes)}`)
  }
  return texts
}

/** What the log in memory, which the tests of state use, must do like the real one. */
async function expectLogContract(open: () => Promise<LogStream>): Promise<void> {
  const log = await open()
  expect(await log.bounds()).toEqual({ firstSequence: expect.toBeOneOf([0, 1]), lastSequence: 0 })
  expect(await log.append(0, bytesOf('a'))).toEqual({ kind: 'appended', sequence: 1 })
  expect(await log.append(0, bytesOf('b'))).toEqual({ kind: 'wrongLastSequence', actualSequence: 1 })
  expect(await log.append(7, bytesOf('b'))).toEqual({ kind: 'wrongLastSequence', actualSequence: 1 })
  const racers = await Promise.all([await open(), await open()].map((racer) => racer.append(1, bytesOf('c'))))
  expect(racers.map(({ kind }) => kind).toSorted()).toEqual(['appended', 'wrongLastSequence'])
  for (let sequence = 2; sequence < 40; sequence += 1) await log.append(sequence, bytesOf(String(sequence)))
  expect(await log.bounds()).toEqual({ firstSequence: 1, lastSequence: 40 })
  expect(await textsOf(log, 1, 3)).toEqual(['1 a', '2 c', '3 2'])
  expect(await textsOf(log, 2, 40)).toHaveLength(39)
  expect(await textsOf(log, 41, 40)).toEqual([])
}

describe('log in memory', () => {
  it('log keeps the contract', async () => {
    const log = createMemoryLog()
    await expect(expectLogContract(() => Promise.resolve(log.open()))).resolves.toBeUndefined()
  })
})

describe('log stream', () => {
  let nats: NatsServer
  let buses: Bus[]

  const connect = async (url = nats.url): Promise<Bus> => {
    const bus = await connectBus({ servers: [url], name: 'test' }, ports)
    buses.push(bus)
    return bus
  }

  beforeEach(async () => {
    nats = await startNats()
    buses = []
  })

  afterEach(async () => {
    for (const bus of buses) await bus.stop()
    await nats.stop()
  })

  it('log keeps the contract', async () => {
    const open = async () => (await connect()).openLogStream(OPTIONS)
    await expect(expectLogContract(open)).resolves.toBeUndefined()
  })

  it('openLogStream finds the log with its id and content again when the server was killed', async () => {
    const log = await (await connect()).openLogStream(OPTIONS)
    await log.append(0, bytesOf('a'))
    await nats.kill()
    await nats.start()
    const again = await (await connect()).openLogStream(OPTIONS)
    expect(again.logId).toBe(log.logId)
    expect(await textsOf(again, 1, 1)).toEqual(['1 a'])
  })

  it('openLogStream refuses a stream when it is configured otherwise', async () => {
    const bus = await connect()
    await bus.openLogStream(OPTIONS)
    const other = bus.openLogStream({ ...OPTIONS, subject: 'another.subject' })
    await expect(other).rejects.toMatchObject({
      code: 'STREAM_MISMATCH',
      message: expect.stringContaining('subjects'),
    })
  })

  it('append is unclear at once when the connection is lost, and works again when it is back', async () => {
    const proxy = await startTcpProxy(nats.port)
    const log = await (await connect(`nats://127.0.0.1:${proxy.port}`)).openLogStream(OPTIONS)
    proxy.dropAnswers()
    const lost = log.append(0, bytesOf('a'))
    const direct = await (await connect()).openLogStream(OPTIONS)
    while ((await direct.bounds()).lastSequence === 0);
    proxy.restore()
    proxy.cut()
    expect(await lost).toMatchObject({ kind: 'unclear' })
    expect(await log.append(1, bytesOf('b'))).toEqual({ kind: 'unclear', reason: 'no connection to NATS' })
    await expect(log.bounds()).rejects.toMatchObject({ code: 'UNAVAILABLE' } satisfies Partial<BusError>)
    let outcome = await log.append(1, bytesOf('b'))
    while (outcome.kind === 'unclear') {
      await new Promise((resolve) => setImmediate(resolve))
      outcome = await log.append(1, bytesOf('b'))
    }
    expect(outcome).toEqual({ kind: 'appended', sequence: 2 })
    await proxy.stop()
  })

  it('read ends when there is more than the server holds for one client', async () => {
    const log = await (await connect()).openLogStream(OPTIONS)
    const entry = new Uint8Array(1_000_000)
    for (let sequence = 0; sequence < 90; sequence += 1) await log.append(sequence, entry)
    let byteCount = 0
    for await (const { bytes } of log.read(1, 90)) byteCount += bytes.length
    expect(byteCount).toBe(90_000_000)
  })

  it('connectBus waits for the server when it is not there yet', async () => {
    await nats.kill()
    const connecting = connect()
    await nats.start()
    expect((await connecting).disconnectedSinceMs).toBeUndefined()
  })

  it('connectBus gives up when its signal aborts', async () => {
    await nats.kill()
    const abort = new AbortController()
    const connecting = connectBus({ servers: [nats.url], name: 'test', signal: abort.signal }, ports)
    abort.abort()
    await expect(connecting).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  it('readSyncInterval tells what the server does, and that it is unknown when nobody answers', async () => {
    expect(await readSyncInterval(nats.monitorUrl, systemClock)).toBe('always')
    const lazy = await startNats({ syncInterval: '90s' })
    expect(await readSyncInterval(lazy.monitorUrl, systemClock)).toBe('90s')
    await lazy.stop()
    expect(await readSyncInterval(lazy.monitorUrl, systemClock)).toBe('unknown')
  })
})
