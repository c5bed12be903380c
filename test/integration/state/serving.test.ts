import { create, toBinary } from '@bufbuild/protobuf'
import { credentials } from '@grpc/grpc-js'
import { connectBus } from '@homeport/bus'
import { silentLogger, systemClock } from '@homeport/runtime'
import { startState } from '@homeport/state'
import { TransactionBuilder } from '@homeport/store'
import { connect } from '@homeport/wire'
import {
  CommitRequestSchema,
  type CommitResponse,
  LogRecordSchema,
  StateService,
  type Transaction,
  TransactionSchema,
} from '@homeport/wire/state'
import { ClusterSchema, LeaseSchema } from '@homeport/wire/types'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { quietPorts, type StateFixture, startFixture } from './harness.ts'

let fixture: StateFixture

beforeEach(async () => {
  fixture = await startFixture()
})

afterEach(() => fixture.stop())

const putLease = (name: string): TransactionBuilder =>
  new TransactionBuilder().put('leases', create(LeaseSchema, { name }))

const clientOf = (address: string) =>
  connect(StateService, { address, credentials: credentials.createInsecure() })

/** Sends requests over a stream of their own and returns the first answer. */
async function commitByHand(
  address: string,
  transactions: Transaction[],
  resent: boolean,
): Promise<CommitResponse> {
  const client = clientOf(address)
  const call = client.commit()
  const answered = new Promise<CommitResponse>((resolve, reject) => {
    call.on('data', resolve)
    call.on('error', reject)
  })
  const encoded = transactions.map((transaction) => toBinary(TransactionSchema, transaction))
  call.write(create(CommitRequestSchema, { transactions: encoded, resent }))
  const response = await answered
  call.end()
  client.close()
  return response
}

describe('startState', () => {
  it('startState tells its revision, rows and durability when asked', async () => {
    const state = await fixture.startState()
    const { writer } = await fixture.connect(state.address)
    await writer.commit(putLease('a'))
    const client = clientOf(state.address)
    expect(await client.getStatus({})).toMatchObject({
      revision: 2n,
      ready: true,
      rowCount: 1n,
      syncInterval: 'always',
    })
    client.close()
  })

  it('startState exports what it counts', async () => {
    const ports = quietPorts()
    const settings = { nats: { servers: [fixture.nats.url] }, listenAddress: '127.0.0.1:0' }
    const state = fixture.own(await startState(settings, ports))
    const { writer } = await fixture.connect(state.address)
    await writer.commit(putLease('a'))
    await writer.commit(new TransactionBuilder().insert('leases', create(LeaseSchema, { name: 'a' })))
    const text = await ports.registry.metrics()
    for (const line of [
      'homeport_state_transactions_total{outcome="committed"} 1',
      'homeport_state_transactions_total{outcome="conflict"} 1',
      'homeport_state_appends_total{outcome="appended"} 2',
      'homeport_state_revision 2',
      'homeport_state_rows 1',
      'homeport_state_watchers 1',
      'homeport_state_queue_transactions 0',
      'homeport_state_durable -1',
      'homeport_state_snapshots_total 1',
    ]) {
      expect(text.split('\n')).toContain(line)
    }
  })

  it('startState answers a transaction with its first outcome when it comes again after a restart', async () => {
    const first = await fixture.startState()
    const transaction = putLease('a').build('the same')
    const committed = { case: 'committed', value: expect.objectContaining({ revision: 2n }) }
    expect((await commitByHand(first.address, [transaction], false)).results[0]?.outcome).toEqual(committed)
    await first.stop()
    const second = await fixture.startState()
    expect((await commitByHand(second.address, [transaction], true)).results[0]?.outcome).toEqual(committed)
  })

  it('startState sends a large view in chunks that arrive as one revision', async () => {
    const state = await fixture.startState()
    const { writer } = await fixture.connect(state.address)
    const document = 'x'.repeat(20_000)
    const commits = Array.from({ length: 100 }, (_, index) => {
      const cluster = create(ClusterSchema, {
        accountId: '000000000000',
        region: 'eu-test-1',
        name: `c${index}`,
        document,
      })
      return writer.commit(new TransactionBuilder().put('clusters', cluster))
    })
    await Promise.all(commits)
    const { reader } = await fixture.connect(state.address)
    expect(reader.view.table('clusters').size).toBe(100)
    expect(reader.view.table('clusters').count('namespace', '000000000000/eu-test-1')).toBe(100)
  })

  it('startState ends a commit stream that carries something else than transactions', async () => {
    const state = await fixture.startState()
    const client = clientOf(state.address)
    const call = client.commit()
    const failed = new Promise((resolve) => call.on('error', resolve))
    call.write(create(CommitRequestSchema, { transactions: [new Uint8Array([255])] }))
    expect(await failed).toMatchObject({ details: expect.stringContaining('encoded Transaction') })
    client.close()
  })

  it('startState refuses to start when a newer version wrote the log, and leaves nothing behind', async () => {
    const bus = await connectBus(
      { servers: [fixture.nats.url], name: 'future' },
      { clock: systemClock, logger: silentLogger },
    )
    const log = await bus.openLogStream({ stream: 'HOMEPORT_STATE', subject: 'homeport.state.log' })
    await log.append(0, toBinary(LogRecordSchema, create(LogRecordSchema, { formatVersion: 99 })))
    await bus.stop()
    await expect(fixture.startState()).rejects.toThrow('received 99 (a newer version of Homeport wrote it')
  })

  it('startState refuses an address on which another state process listens', async () => {
    const state = await fixture.startState()
    await expect(fixture.startState({ address: state.address })).rejects.toMatchObject({
      name: 'SocketAddressError',
    })
  })
})
