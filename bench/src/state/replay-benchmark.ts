/**
 * How long a state process needs until it serves behind a long log: a million records of one transaction each,
 * the worst case, over a hundred thousand tasks.
 */
import { create, toBinary } from '@bufbuild/protobuf'
import { type Bus, connectBus } from '@homeport/bus'
import { createServicePorts, type ServicePorts } from '@homeport/runtime'
import { TransactionBuilder } from '@homeport/store'
import { LogRecordSchema, TransactionSchema } from '@homeport/wire/state'
import type { BenchConsole, LibraryBenchmark } from '../benchmark.ts'
import { round } from '../result.ts'
import { endProcess, ServerFolder } from './server-folder.ts'
import { type RunningNats, startNats, startState } from './servers.ts'
import { taskRow } from './task-row.ts'

const RECORD_COUNT = 1_000_000
const TASK_COUNT = 100_000
const RECORDS_PER_PROGRESS = 200_000
const MS_PER_SECOND = 1000

/** From the start of the process until it serves. */
export const stateReplay: LibraryBenchmark = {
  name: `state-replay-${RECORD_COUNT}`,
  summary: `time until a state process serves whose log has ${RECORD_COUNT} records`,
  needsStack: false,
  async run(console) {
    const folder = await ServerFolder.open()
    try {
      // The log is the same however it was synced, and a million syncs would take ten minutes.
      const filling = await startNats(folder, { syncInterval: '1m' })
      await fill(filling, console)
      await endProcess(filling.child)
      const nats = await startNats(folder)
      const startedAtMs = performance.now()
      await startState(folder, nats)
      const seconds = (performance.now() - startedAtMs) / MS_PER_SECOND
      return [{ name: `replay-${RECORD_COUNT}`, value: round(seconds), unit: 's' }]
    } finally {
      await folder.close()
    }
  },
}

async function fill(nats: RunningNats, { progress }: BenchConsole): Promise<void> {
  const ports = createServicePorts('bench', 'silent')
  const servers = [nats.url]
  const bus = await connectBus(
    { servers, user: nats.user, password: nats.password, name: 'homeport-bench' },
    ports,
  )
  try {
    await append(bus, ports, progress)
  } finally {
    await bus.stop()
  }
}

async function append(bus: Bus, { ids }: ServicePorts, progress: (line: string) => void): Promise<void> {
  const log = await bus.openLogStream({ stream: 'HOMEPORT_STATE', subject: 'homeport.state.log' })
  for (let sequence = 0; sequence < RECORD_COUNT; sequence += 1) {
    if (sequence % RECORDS_PER_PROGRESS === 0) progress(`writing the log: ${sequence} of ${RECORD_COUNT}`)
    const transaction = new TransactionBuilder().put('tasks', taskRow(sequence % TASK_COUNT))
    const outcome = await log.append(sequence, encode(transaction, ids.uuid()))
    if (outcome.kind !== 'appended') {
      throw new Error(`Cannot write the log: every append must succeed, received ${outcome.kind}`)
    }
  }
}

const encode = (transaction: TransactionBuilder, id: string): Uint8Array =>
  toBinary(
    LogRecordSchema,
    create(LogRecordSchema, {
      formatVersion: 1,
      leaderId: 'bench',
      transactions: [toBinary(TransactionSchema, transaction.build(id))],
    }),
  )
