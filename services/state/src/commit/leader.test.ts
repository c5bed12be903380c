/**
 * Goal: whatever the log and other leaders do, every outcome that is told is true, and nothing is applied twice
 * or on rows that have changed.
 * Method: leaders on a log in memory that loses acknowledgements, loses requests, delivers them late and goes
 * away; the log is then carried out by a slow oracle and compared with what the writers were told.
 */
import { create, toBinary } from '@bufbuild/protobuf'
import { Registry, seededRandom, silentLogger } from '@homeport/runtime'
import { TransactionBuilder } from '@homeport/store'
import {
  type AppendBehaviour,
  checkLog,
  createFakeClock,
  createMemoryLog,
  type FakeClock,
  flushMicrotasks,
  type MemoryLog,
} from '@homeport/testkit'
import { type CommitResult, LogRecordSchema, type Transaction, TransactionSchema } from '@homeport/wire/state'
import { LeaseSchema } from '@homeport/wire/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RECORD_FORMAT_VERSION } from '../log/log-record.ts'
import { createStateMetrics } from '../metrics.ts'
import { StateMachine } from '../state-machine.ts'
import { CommitQueue } from './commit-queue.ts'
import { Leader } from './leader.ts'

interface StartedLeader {
  readonly leader: Leader
  readonly machine: StateMachine
  readonly queue: CommitQueue
}

function createLeader(log: MemoryLog, clock: FakeClock, leaderId = 'leader'): StartedLeader {
  const machine = new StateMachine()
  const queue = new CommitQueue()
  const zero = (): number => 0
  const metrics = createStateMetrics(new Registry(), {
    queueLength: zero,
    revision: zero,
    rowCount: zero,
    watcherCount: zero,
    durable: zero,
  })
  const ports = { clock, random: seededRandom(1), logger: silentLogger }
  return {
    machine,
    queue,
    leader: new Leader({ leaderId, log: log.open(), machine, queue, metrics, ports }),
  }
}

async function startLeader(log: MemoryLog, clock: FakeClock, leaderId?: string): Promise<StartedLeader> {
  const started = createLeader(log, clock, leaderId)
  await started.leader.start()
  return started
}

const lease = (name: string) => create(LeaseSchema, { name })

const insert = (id: string, name: string): Transaction =>
  new TransactionBuilder().insert('leases', lease(name)).build(id)

const put = (id: string, name: string): Transaction =>
  new TransactionBuilder().put('leases', lease(name)).build(id)

/** Submits and keeps what is answered. */
function submit({ leader }: StartedLeader, transaction: Transaction, resent = false): string[] {
  const answers: string[] = []
  const bytes = toBinary(TransactionSchema, transaction)
  leader.submit({ transaction, bytes, resent }, (result) => answers.push(textOf(result)))
  return answers
}

function textOf({ outcome }: CommitResult): string {
  if (outcome.case === 'committed') return `committed ${outcome.value.revision}`
  if (outcome.case === 'conflict') return `conflict ${outcome.value.actualVersion}`
  return outcome.case === 'refusal' ? outcome.value.code : 'nothing'
}

/** Behaves so once, then as it should. */
function once(log: MemoryLog, behaviour: AppendBehaviour): void {
  log.behaviour = () => {
    log.behaviour = () => 'answered'
    return behaviour
  }
}

const LONGER_THAN_BACKOFF_MS = 2000

describe('Leader', () => {
  it('start appends an empty record when the log is empty, so that revisions begin behind it', async () => {
    const log = createMemoryLog()
    const state = await startLeader(log, createFakeClock())
    expect(log.entries).toHaveLength(1)
    expect(state.machine.revision).toBe(1)
  })

  it('start keeps an append of an earlier leader from landing behind the view that is served', async () => {
    const log = createMemoryLog()
    const clock = createFakeClock()
    const first = await startLeader(log, clock, 'first')
    once(log, 'late')
    submit(first, put('1', 'a'))
    await flushMicrotasks()
    await first.leader.stop()
    const second = await startLeader(log, clock, 'second')
    log.deliverLate()
    expect(log.entries).toHaveLength(second.machine.revision)
  })

  it('submit puts everything of one turn into one record', async () => {
    const log = createMemoryLog()
    const state = await startLeader(log, createFakeClock())
    const answers = ['a', 'b', 'c'].map((name) => submit(state, insert(name, name)))
    const conflict = submit(state, insert('d', 'a'))
    await flushMicrotasks()
    expect(log.entries).toHaveLength(2)
    expect(answers).toEqual([['committed 2'], ['committed 2'], ['committed 2']])
    expect(conflict).toEqual(['conflict 2'])
    expect(state.machine.versionOf('leases', 'c')).toBe(2)
  })

  it('submit appends nothing when everything conflicts for the first time', async () => {
    const log = createMemoryLog()
    const state = await startLeader(log, createFakeClock())
    submit(state, put('1', 'a'))
    await flushMicrotasks()
    const conflict = submit(state, insert('2', 'a'))
    await flushMicrotasks()
    expect(conflict).toEqual(['conflict 2'])
    expect(log.entries).toHaveLength(2)
  })

  it.each(['ackLost', 'requestLost', 'late'] as const)(
    'submit answers with the true outcome when an append is %s',
    async (behaviour) => {
      const log = createMemoryLog()
      const clock = createFakeClock()
      const state = await startLeader(log, clock)
      once(log, behaviour)
      const answers = submit(state, insert('1', 'a'))
      await flushMicrotasks()
      expect(answers).toEqual([])
      log.deliverLate()
      await clock.advance(LONGER_THAN_BACKOFF_MS)
      expect(answers).toEqual(['committed 2'])
      expect(checkLog(log.entries).problems).toEqual([])
    },
  )

  it('submit has one effect when an append arrives after it was repeated', async () => {
    const log = createMemoryLog()
    const clock = createFakeClock()
    const state = await startLeader(log, clock)
    once(log, 'late')
    const answers = submit(state, put('1', 'a'))
    await clock.advance(LONGER_THAN_BACKOFF_MS)
    log.deliverLate()
    expect(answers).toEqual(['committed 2'])
    expect(log.entries).toHaveLength(2)
  })

  it('submit waits while the log is away, and says since when', async () => {
    const log = createMemoryLog()
    const clock = createFakeClock()
    const state = await startLeader(log, clock)
    log.isAway = true
    const awaySinceMs = clock.now()
    const answers = submit(state, put('1', 'a'))
    await clock.advance(8000)
    expect([answers, state.leader.failingSinceMs]).toEqual([[], awaySinceMs])
    log.isAway = false
    await clock.advance(LONGER_THAN_BACKOFF_MS)
    expect([answers, state.leader.failingSinceMs]).toEqual([['committed 2'], undefined])
  })

  it('submit refuses what waited too long, but not what may still land', async () => {
    const log = createMemoryLog()
    const clock = createFakeClock()
    const state = await startLeader(log, clock)
    once(log, 'late')
    const appended = submit(state, put('1', 'a'))
    await flushMicrotasks()
    log.isAway = true
    const waiting = submit(state, put('2', 'b'))
    await clock.advance(40_000)
    expect([appended, waiting]).toEqual([[], ['LOG_UNAVAILABLE']])
    log.isAway = false
    await clock.advance(LONGER_THAN_BACKOFF_MS)
    expect(appended).toEqual(['committed 2'])
    expect([...checkLog(log.entries).revisions.keys()]).toEqual(['1'])
  })

  it('submit checks against what another leader wrote when it was overtaken', async () => {
    const log = createMemoryLog()
    const clock = createFakeClock()
    const first = await startLeader(log, clock, 'first')
    const second = await startLeader(log, clock, 'second')
    expect(submit(second, insert('1', 'a'))).toEqual([])
    await flushMicrotasks()
    const late = submit(first, insert('2', 'a'))
    const fine = submit(first, insert('3', 'b'))
    await clock.advance(LONGER_THAN_BACKOFF_MS)
    expect([late, fine]).toEqual([['conflict 3'], ['committed 4']])
    expect(checkLog(log.entries).problems).toEqual([])
  })

  it('submit answers with the first outcome when a new leader gets a transaction again', async () => {
    const log = createMemoryLog()
    const clock = createFakeClock()
    const first = await startLeader(log, clock, 'first')
    submit(first, put('1', 'a'))
    await flushMicrotasks()
    const second = await startLeader(log, clock, 'second')
    const again = submit(second, put('1', 'a'), true)
    await flushMicrotasks()
    expect(again).toEqual(['committed 2'])
    expect(log.entries).toHaveLength(3)
  })

  it('submit refuses for good when a resent transaction conflicts, although its first leader still holds it', async () => {
    const log = createMemoryLog()
    const clock = createFakeClock()
    const first = await startLeader(log, clock, 'first')
    const second = await startLeader(log, clock, 'second')
    submit(second, put('1', 'a'))
    await flushMicrotasks()
    once(log, 'requestLost')
    const held = submit(first, insert('2', 'a'))
    await flushMicrotasks()
    const again = submit(second, insert('2', 'a'), true)
    submit(second, new TransactionBuilder().delete('leases', 'a').build('3'))
    await clock.advance(LONGER_THAN_BACKOFF_MS)
    expect([again, held]).toEqual([['conflict 3'], ['conflict 0']])
    expect(checkLog(log.entries)).toMatchObject({ problems: [] })
    expect(checkLog(log.entries).revisions.has('2')).toBe(false)
  })

  it.each([
    ['without an id', put('', 'a')],
    [
      'of an unknown table',
      create(TransactionSchema, { transactionId: '1', mutations: [{ table: 'x', key: 'a' }] }),
    ],
    [
      'that changes a row in no known way',
      create(TransactionSchema, { transactionId: '1', mutations: [{ table: 'leases', key: 'a' }] }),
    ],
    [
      'with an empty key',
      create(TransactionSchema, { transactionId: '1', expectations: [{ table: 'leases', key: '' }] }),
    ],
    ['that is larger than a message of NATS', put('1', 'x'.repeat(1024 * 1024))],
  ])('submit refuses a transaction %s as INVALID', async (_name, transaction) => {
    const log = createMemoryLog()
    const state = await startLeader(log, createFakeClock())
    expect(submit(state, transaction)).toEqual(['INVALID'])
    await flushMicrotasks()
    expect(log.entries).toHaveLength(1)
  })

  it('submit refuses as OVERLOADED when the queue is full', async () => {
    const log = createMemoryLog()
    const state = await startLeader(log, createFakeClock())
    let refusedCount = 0
    for (let index = 0; index < 10_001; index += 1) {
      if (submit(state, put(String(index), 'a'))[0] === 'OVERLOADED') refusedCount += 1
    }
    expect(refusedCount).toBe(1)
    while (state.queue.openCount > 0) await flushMicrotasks()
    expect(checkLog(log.entries).revisions.size).toBe(10_000)
  })

  it('start refuses a log that a newer version wrote', async () => {
    const log = createMemoryLog()
    const record = create(LogRecordSchema, { formatVersion: RECORD_FORMAT_VERSION + 1 })
    await log.open().append(0, toBinary(LogRecordSchema, record))
    await expect(startLeader(log, createFakeClock())).rejects.toMatchObject({ code: 'NEWER_FORMAT' })
  })

  it('stop ends with nothing under way and leaves what waits unanswered', async () => {
    const log = createMemoryLog()
    const clock = createFakeClock()
    const state = await startLeader(log, clock)
    log.isAway = true
    const answers = submit(state, put('1', 'a'))
    await clock.advance(1000)
    await state.leader.stop()
    expect(answers).toEqual([])
    expect(clock.timerCount).toBe(0)
  })
})

/** One step of a random history. */
type Step =
  | { readonly kind: 'advance' }
  | { readonly kind: 'deliverLate' }
  | { readonly kind: 'resend'; readonly to: number; readonly which: number }
  | { readonly kind: 'restart'; readonly which: number }
  | {
      readonly kind: 'submit'
      readonly to: number
      readonly key: string
      readonly verb: 'delete' | 'insert' | 'put' | 'update'
    }

const leaderIndex = fc.constantFrom(0, 1)

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      to: leaderIndex,
      key: fc.constantFrom('a', 'b', 'c'),
      verb: fc.constantFrom(
        'insert' as const,
        'update' as const,
        'update' as const,
        'put' as const,
        'delete' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('resend' as const), to: leaderIndex, which: fc.nat(100) }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'advance' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'deliverLate' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), which: leaderIndex }) },
)

/** A writer's transaction and what its newest sending was answered. */
interface Sent {
  readonly transaction: Transaction
  sendingCount: number
  outcome: string | undefined
}

class World {
  readonly log = createMemoryLog()
  readonly clock = createFakeClock()
  readonly sent: Sent[] = []
  readonly #leaders: StartedLeader[] = []

  async start(): Promise<void> {
    for (const id of ['first', 'second']) this.#leaders.push(await startLeader(this.log, this.clock, id))
  }

  async carryOut(steps: readonly Step[]): Promise<void> {
    for (const each of steps) {
      if (each.kind === 'advance') await this.clock.advance(300)
      else if (each.kind === 'deliverLate') this.log.deliverLate()
      else if (each.kind === 'resend') this.#resend(each.to, each.which)
      else if (each.kind === 'restart') await this.#restart(each.which)
      else this.#submit(each)
      await Promise.resolve()
    }
  }

  /** Everything works again, and writers send again what was not answered. */
  async settle(): Promise<void> {
    this.log.behaviour = () => 'answered'
    for (let round = 0; round < 3; round += 1) {
      this.log.deliverLate()
      await this.clock.advance(10_000)
      for (const sent of this.sent) if (sent.outcome === undefined) this.#send(sent, round % 2)
    }
    await this.clock.advance(10_000)
  }

  async stop(): Promise<void> {
    for (const { leader } of this.#leaders) await leader.stop()
  }

  #leader(index: number): StartedLeader {
    const leader = this.#leaders[index]
    if (leader === undefined) throw new Error(`no leader ${index}`)
    return leader
  }

  /** The old process is gone, with all that it had queued; what it sent to the log may still arrive. */
  async #restart(index: number): Promise<void> {
    const old = this.#leader(index)
    void old.leader.stop()
    const next = createLeader(this.log, this.clock, `restart-${this.log.entries.length}`)
    this.#leaders[index] = next
    let isStarted = false
    const started = next.leader.start().then(() => {
      isStarted = true
    })
    while (!isStarted) await this.clock.advance(500)
    await started
  }

  #submit({ to, key, verb }: Extract<Step, { kind: 'submit' }>): void {
    const row = this.#leader(to).machine.view.table('leases').get(key)
    const builder = new TransactionBuilder()
    if (verb === 'insert') builder.insert('leases', lease(key))
    else if (verb === 'delete') builder.delete('leases', key)
    else if (verb === 'update' && row !== undefined) builder.update('leases', row, lease(key))
    else builder.put('leases', lease(key))
    const sent = { transaction: builder.build(`t${this.sent.length}`), sendingCount: 0, outcome: undefined }
    this.sent.push(sent)
    this.#send(sent, to)
  }

  #resend(to: number, which: number): void {
    const open = this.sent.filter(({ outcome }) => outcome === undefined)
    const sent = open[which % Math.max(1, open.length)]
    if (sent !== undefined) this.#send(sent, to)
  }

  #send(sent: Sent, to: number): void {
    sent.sendingCount += 1
    const { sendingCount, transaction } = sent
    const bytes = toBinary(TransactionSchema, transaction)
    this.#leader(to).leader.submit({ transaction, bytes, resent: sendingCount > 1 }, (result) => {
      if (sent.sendingCount === sendingCount) sent.outcome ??= textOf(result)
    })
  }
}

describe('Leader in random histories', () => {
  it('outcomes are true and the log keeps its rules when two leaders, lost and late appends, and restarts mix', async () => {
    const behaviours = fc.infiniteStream(
      fc.constantFrom<AppendBehaviour>('answered', 'answered', 'answered', 'ackLost', 'requestLost', 'late'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 100 }), behaviours, async (steps, random) => {
        const world = new World()
        await world.start()
        world.log.behaviour = () => random.next().value ?? 'answered'
        await world.carryOut(steps)
        await world.settle()
        const { problems, revisions } = checkLog(world.log.entries)
        expect(problems).toEqual([])
        for (const { transaction, outcome } of world.sent) {
          const revision = revisions.get(transaction.transactionId)
          const truth = revision === undefined ? /^conflict \d+$/ : new RegExp(`^committed ${revision}$`)
          expect(outcome, transaction.transactionId).toMatch(truth)
        }
        await world.stop()
      }),
      { numRuns: 300 },
    )
  })
})
