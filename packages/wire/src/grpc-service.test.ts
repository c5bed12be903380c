import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { credentials, Server, ServerCredentials, status } from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type CommitRequest,
  type CommitResponse,
  StateService,
} from './gen/homeport/state/v1/state_service_pb.ts'
import { type Caller, connect, serviceDefinition, serviceImplementation } from './grpc-service.ts'
import { CallError } from './service-error.ts'

let server: Server
let client: Caller<typeof StateService.method>
let getStatus: () => Promise<{ revision: bigint }>

beforeEach(async () => {
  const address = `unix:${join(mkdtempSync(join(tmpdir(), 'homeport-wire-')), 'test.sock')}`
  server = new Server()
  server.addService(
    serviceDefinition(StateService),
    serviceImplementation(StateService, {
      getStatus: () => getStatus(),
      watch(call) {
        const revision = call.request.afterRevision
        call.write({ $typeName: 'homeport.state.v1.WatchResponse', event: changes(revision + 1n) })
        call.write({ $typeName: 'homeport.state.v1.WatchResponse', event: changes(revision + 2n) })
        call.end()
      },
      commit(call) {
        call.on('data', (request: CommitRequest) =>
          call.write({
            $typeName: 'homeport.state.v1.CommitResponse',
            results: request.transactions.map((transaction) => ({
              $typeName: 'homeport.state.v1.CommitResult' as const,
              transactionId: new TextDecoder().decode(transaction),
              outcome: { case: undefined },
            })),
          }),
        )
        call.on('end', () => call.end())
      },
    }),
  )
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    )
  })
  client = connect(StateService, { address, credentials: credentials.createInsecure() })
})

afterEach(() => {
  client.close()
  server.forceShutdown()
})

const changes = (revision: bigint) => ({
  case: 'changes' as const,
  value: { $typeName: 'homeport.state.v1.RevisionChanges' as const, revision, transactions: [] },
})

describe('serviceImplementation', () => {
  it('serviceImplementation answers a unary call with a typed message when the handler resolves', async () => {
    getStatus = async () => ({ revision: 2n ** 60n })
    expect((await client.getStatus({})).revision).toBe(2n ** 60n)
  })

  it('serviceImplementation passes on the code when the handler throws a CallError', async () => {
    getStatus = async () => {
      throw new CallError(status.UNAVAILABLE, 'Cannot read status: not ready')
    }
    await expect(client.getStatus({})).rejects.toMatchObject({
      code: status.UNAVAILABLE,
      details: 'Cannot read status: not ready',
    })
  })

  it('serviceImplementation answers INTERNAL when the handler throws anything else', async () => {
    getStatus = async () => {
      throw new TypeError('oops')
    }
    await expect(client.getStatus({})).rejects.toMatchObject({ code: status.INTERNAL })
  })
})

describe('connect', () => {
  it('connect streams from the server when the method is server streaming', async () => {
    const revisions: (bigint | undefined)[] = []
    for await (const response of client.watch({ afterRevision: 5n })) {
      const { event } = response as { event: ReturnType<typeof changes> }
      revisions.push(event.value.revision)
    }
    expect(revisions).toEqual([6n, 7n])
  })

  it('connect carries messages both ways when the method is bidirectional', async () => {
    const call = client.commit()
    const answered = new Promise<string[]>((resolve) => {
      call.on('data', (response: CommitResponse) =>
        resolve(response.results.map((result) => result.transactionId)),
      )
    })
    call.write({
      $typeName: 'homeport.state.v1.CommitRequest',
      transactions: [new TextEncoder().encode('one')],
      resent: false,
    })
    expect(await answered).toEqual(['one'])
    const ended = new Promise((resolve) => call.on('end', resolve))
    call.end()
    await ended
  })
})
