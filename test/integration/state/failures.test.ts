/**
 * Goal: whatever is killed, no acknowledged write is lost, no write has two effects, and every outcome is true.
 * Method: writers insert rows of their own and increment one counter that all share while something breaks. In the
 * end a fresh replica must show every acknowledged row at the revision that was told and a counter that is the
 * number of acknowledged increments; the log itself is carried out by a slow oracle.
 */

import { TransactionBuilder } from '@homeport/store'
import { checkLog, startTcpProxy } from '@homeport/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type StateFixture, startFixture } from './harness.ts'
import { counterOf, Load } from './load.ts'

const WRITERS = 20
/** Enough for the load to be in full swing. */
const OUTCOMES_BETWEEN = 400

let fixture: StateFixture

beforeEach(async () => {
  fixture = await startFixture()
})

afterEach(() => fixture.stop())

/** A load that ends with the test, also when the test fails. */
function startLoad(name: string): Load {
  const load = new Load(name)
  fixture.own({ stop: () => Promise.resolve(load.abandon()) })
  return load
}

async function expectTruth(address: string, loads: readonly Load[]): Promise<void> {
  const connection = await fixture.connect(address)
  const { view } = connection.reader
  const inserted = loads.flatMap((load) => [...load.inserted])
  expect(inserted.length).toBeGreaterThan(OUTCOMES_BETWEEN / 2)
  const wrong = inserted.filter(([key, revision]) => view.table('leases').get(key)?.version !== revision)
  expect(wrong).toEqual([])
  const incrementCount = loads.reduce((sum, load) => sum + load.incrementCount, 0)
  const unknownCount = loads.reduce((sum, load) => sum + load.unknownCount, 0)
  expect(counterOf(connection)).toBeGreaterThanOrEqual(incrementCount)
  expect(counterOf(connection)).toBeLessThanOrEqual(incrementCount + unknownCount)
  expect(checkLog(await fixture.readLog()).problems).toEqual([])
}

describe('state', () => {
  it('state keeps every acknowledged write and its watches when NATS is killed and started again under load', async () => {
    const state = await fixture.startState()
    const connection = await fixture.connect(state.address)
    let resetCount = 0
    connection.reader.onReset(() => {
      resetCount += 1
    })
    const load = startLoad('nats')
    load.add(connection, WRITERS)
    for (let round = 0; round < 3; round += 1) {
      await load.more(OUTCOMES_BETWEEN)
      await fixture.nats.kill()
      await fixture.nats.start()
    }
    await load.more(OUTCOMES_BETWEEN)
    await load.stop()
    expect([load.unknownCount, resetCount, state.unhealthyReason()]).toEqual([0, 0, undefined])
    await expectTruth(state.address, [load])
  })

  it('state replays what was acknowledged when its process is killed under load, and watches continue', async () => {
    const address = fixture.freeAddress()
    let process = fixture.spawnState(address)
    const connection = await fixture.connect(address)
    let resetCount = 0
    connection.reader.onReset(() => {
      resetCount += 1
    })
    const load = startLoad('process')
    load.add(connection, WRITERS)
    for (let round = 0; round < 3; round += 1) {
      await load.more(OUTCOMES_BETWEEN)
      await process.kill()
      process = fixture.spawnState(address)
    }
    await load.more(OUTCOMES_BETWEEN)
    await load.stop()
    expect([load.unknownCount, resetCount]).toEqual([0, 0])
    await expectTruth(address, [load])
  })

  it('state loses nothing and applies nothing on rows that have changed when two processes race', async () => {
    const [first, second] = [await fixture.startState(), await fixture.startState()]
    const loads = [startLoad('first'), startLoad('second')] as const
    loads[0].add(await fixture.connect(first.address), WRITERS)
    loads[1].add(await fixture.connect(second.address), WRITERS)
    await Promise.all(loads.map((load) => load.more(OUTCOMES_BETWEEN)))
    await Promise.all(loads.map((load) => load.stop()))
    const fresh = await fixture.startState()
    await expectTruth(fresh.address, loads)
    for (const load of loads) expect(load.incrementCount + load.inserted.size).toBeGreaterThan(0)
  })

  it('state tells the true outcome when the answers of NATS are lost', async () => {
    const proxy = fixture.own(await startTcpProxy(fixture.nats.port))
    const state = await fixture.startState({ natsUrl: `nats://127.0.0.1:${proxy.port}` })
    const connection = await fixture.connect(state.address)
    const load = startLoad('unclear')
    load.add(connection, WRITERS)
    let landedCount = 0
    for (let round = 0; round < 5; round += 1) {
      await load.more(OUTCOMES_BETWEEN)
      proxy.dropAnswers()
      const shown = connection.reader.view.revision
      landedCount += await appendsBehind(shown)
      proxy.restore()
      proxy.cut()
    }
    await load.more(OUTCOMES_BETWEEN)
    await load.stop()
    expect(landedCount).toBeGreaterThan(0)
    expect(load.unknownCount).toBe(0)
    await expectTruth(state.address, [load])
  })

  it('state answers a commit in time with what is known when NATS stays away', async () => {
    const state = await fixture.startState()
    const { writer, reader } = await fixture.connect(state.address)
    await fixture.nats.kill()
    const commit = writer.commit(new TransactionBuilder().delete('leases', 'a'), { timeoutMs: 500 })
    await expect(commit).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(state.unhealthyReason()).toContain('NATS')
    expect(reader.ready).toBe(true)
    await fixture.nats.start()
  })
})

/** How many records the log holds that nobody was told of. */
async function appendsBehind(revision: number): Promise<number> {
  for (;;) {
    const count = (await fixture.readLog()).length - revision
    if (count > 0) return count
  }
}
