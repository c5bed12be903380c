/** The two stores behind one port: one durable write of a task's row. */
import { once } from 'node:events'
import { connect } from 'node:http2'
import { toBinary } from '@bufbuild/protobuf'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { createServicePorts } from '@homeport/runtime'
import { connectState, keyOf, TransactionBuilder } from '@homeport/store'
import { TaskSchema } from '@homeport/wire/types'
import { taskRow } from './task-row.ts'

/** Who is measured. */
export type StoreName = 'homeport' | 'etcd'

/** An open connection to a store. */
export interface WriteTarget {
  /** Puts task `index`, whether or not it is there; resolves when it is durable. @throws when it is not. */
  put(index: number): Promise<void>
  close(): Promise<void>
}

/** Connects as users of each store do. */
export const openTarget = (store: StoreName, address: string): Promise<WriteTarget> =>
  store === 'homeport' ? openHomeport(address) : openEtcd(address)

async function openHomeport(address: string): Promise<WriteTarget> {
  // A copy of a table that nobody writes: writers of etcd watch nothing either.
  const state = await connectState(address, createServicePorts('bench', 'silent'), { tables: ['leases'] })
  await state.ready()
  return {
    async put(index) {
      const outcome = await state.writer.commit(new TransactionBuilder().put('tasks', taskRow(index)))
      if (outcome.kind !== 'committed') throw new Error(`Cannot measure: a put cannot conflict, received one`)
    },
    close: () => state.stop(),
  }
}

const PUT_HEADERS = {
  ':method': 'POST',
  ':path': '/etcdserverpb.KV/Put',
  'content-type': 'application/grpc',
  te: 'trailers',
}
/** The fields of etcd's PutRequest. */
const PUT_KEY = 1
const PUT_VALUE = 2
/** Before each message of gRPC: whether it is compressed, and its length in four bytes. */
const PREFIX_BYTES = 5

/** Speaks gRPC by hand: the library's unary calls take more processor time than etcd needs for a put. */
async function openEtcd(address: string): Promise<WriteTarget> {
  const session = connect(`http://${address}`)
  await once(session, 'connect')
  const put = (message: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      const stream = session.request(PUT_HEADERS)
      let status: unknown
      stream.on('trailers', (trailers) => {
        status = trailers['grpc-status']
      })
      stream.on('error', reject)
      stream.on('close', () => {
        if (status === '0') resolve()
        else reject(new Error(`Cannot measure: etcd must take every put, received status ${String(status)}`))
      })
      stream.resume()
      stream.end(message)
    })
  return {
    put: (index) => put(encodePut(index)),
    async close() {
      const closed = once(session, 'close')
      session.close()
      await closed
    },
  }
}

function encodePut(index: number): Buffer {
  const task = taskRow(index)
  const writer = new BinaryWriter()
  writer.tag(PUT_KEY, WireType.LengthDelimited).string(`tasks/${keyOf('tasks', task)}`)
  writer.tag(PUT_VALUE, WireType.LengthDelimited).bytes(toBinary(TaskSchema, task))
  const message = writer.finish()
  const framed = Buffer.alloc(PREFIX_BYTES + message.length)
  framed.writeUInt32BE(message.length, 1)
  framed.set(message, PREFIX_BYTES)
  return framed
}
