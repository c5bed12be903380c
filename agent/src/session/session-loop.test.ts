/**
 * Goal: the agent's half of the session protocol, over real TLS and gRPC.
 * Method: a fake gateway and a fake of the assigned work; time is in the test's hand, so a silence of a minute
 * costs nothing. Waiting is always for something that arrives.
 */
import { verify, X509Certificate } from 'node:crypto'
import { create } from '@bufbuild/protobuf'
import { seededRandom, silentLogger, systemClock } from '@homeport/runtime'
import { createFakeClock, type FakeClock, flushMicrotasks } from '@homeport/testkit'
import { InstanceResourcesSchema, TaskObservationSchema, TaskStatus } from '@homeport/wire/types'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { TaskAssignment } from '../engine/assignment.ts'
import { assignment, taskId } from '../testing/assignments.ts'
import { FakeGateway } from '../testing/fake-gateway.ts'
import type { Identity } from './identity.ts'
import { type SessionLoop, startSessionLoop } from './session-loop.ts'
import type { AssignedWork, HostDescription, SessionReport } from './session-ports.ts'

const HEARTBEAT_MS = 5000

class FakeWork implements AssignedWork {
  assignmentRevision = 0
  readonly held: string[] = []
  readonly assigned: { revision: number; taskIds: string[]; isComplete: boolean }[] = []
  readonly acknowledged: number[] = []
  pending: SessionReport[] = []
  readonly #listeners = new Set<(report: SessionReport) => void>()
  #waiters: (() => void)[] = []

  heldTaskIds(): string[] {
    return this.held
  }

  async assign(revision: number, assignments: readonly TaskAssignment[], isComplete: boolean): Promise<void> {
    this.assigned.push({ revision, taskIds: assignments.map((one) => one.taskId), isComplete })
    this.#wake()
  }

  pendingReports(): SessionReport[] {
    return this.pending
  }

  onReport(listener: (report: SessionReport) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  acknowledge(sequence: number): void {
    this.acknowledged.push(sequence)
    this.pending = this.pending.filter((report) => report.sequence > sequence)
    this.#wake()
  }

  report(sequence: number): void {
    const observed = create(TaskObservationSchema, { lastStatus: TaskStatus.RUNNING })
    const report = { sequence, taskId: taskId(sequence), observed }
    this.pending.push(report)
    for (const listener of this.#listeners) listener(report)
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiters.push(resolve))
  }

  #wake(): void {
    for (const wake of this.#waiters.splice(0)) wake()
  }
}

interface World {
  readonly gateway: FakeGateway
  readonly clock: FakeClock
  readonly work: FakeWork
  readonly loop: SessionLoop
  readonly saved: Identity[]
}

const HOST: HostDescription = {
  cluster: 'default',
  region: 'eu-central-1',
  hostname: 'host-1',
  agentVersion: '1.2.3',
  agentHash: '',
  dockerVersion: 'DockerVersion: 20.10.24',
  resources: create(InstanceResourcesSchema, { cpuUnits: 2048 }),
  attributes: [],
  tags: [],
}

interface Start {
  readonly joinToken?: (gateway: FakeGateway) => string | undefined
  readonly prepare?: (gateway: FakeGateway, work: FakeWork) => void
}

async function start({ joinToken = (gateway) => gateway.joinToken, prepare }: Start = {}): Promise<World> {
  const gateway = await new FakeGateway({ heartbeatIntervalMs: HEARTBEAT_MS }).start()
  onTestFinished(() => gateway.stop())
  // gRPC deadlines are of the machine's clock.
  const clock = createFakeClock(systemClock.now())
  const work = new FakeWork()
  const saved: Identity[] = []
  prepare?.(gateway, work)
  const loop = startSessionLoop(
    {
      gatewayAddress: gateway.sessionAddress,
      enrollmentAddress: gateway.enrollmentAddress,
      hostname: 'host-1',
    },
    {
      work,
      clock,
      random: seededRandom(1),
      logger: silentLogger,
      describeHost: async () => HOST,
      readJoinToken: async () => joinToken(gateway),
      identityStore: {
        load: async () => saved.at(-1),
        save: async (identity) => {
          saved.push(identity)
        },
      },
    },
  )
  onTestFinished(() => loop.stop())
  return { gateway, clock, work, loop, saved }
}

/** Lets waits of the loop end until `condition` holds. */
async function eventually({ clock }: World, condition: () => boolean): Promise<void> {
  while (!condition()) await clock.advance(50)
}

describe('enrolment', () => {
  it('gets a certificate for its own key, trusts the authority of the token, and is done once', async () => {
    const world = await start()
    await world.gateway.until(() => world.gateway.registrations.length === 1)
    const [identity] = world.saved
    const certificate = new X509Certificate(identity?.certificatePem ?? '')
    expect(certificate.subject).toBe(`CN=${identity?.instanceId}`)
    expect(certificate.verify(new X509Certificate(world.gateway.authorityPem).publicKey)).toBe(true)
    expect(new X509Certificate(identity?.authorityPem ?? '').fingerprint256).toBe(
      new X509Certificate(world.gateway.authorityPem).fingerprint256,
    )
    const text = Buffer.from('proof')
    const { sign } = await import('node:crypto')
    const signature = sign('sha256', text, identity?.privateKeyPem ?? '')
    expect(verify('sha256', text, certificate.publicKey, signature)).toBe(true)
    world.gateway.disconnect()
    await eventually(world, () => world.gateway.registrations.length === 2)
    expect(world.gateway.enrollmentCount).toBe(1)
  })

  it('sends its secret to nobody but the authority of the token', async () => {
    const world = await start({ joinToken: () => `${'0'.repeat(64)}.secret` })
    await eventually(world, () => world.loop.reason !== 'not connected yet')
    expect(world.loop.reason).toMatch(
      /^Cannot trust the gateway at localhost:\d+: it must show the authority 0+ of/,
    )
    expect(world.gateway.enrollmentCount).toBe(0)
    expect(world.saved).toEqual([])
  })

  it('waits for a join token that is not there yet', async () => {
    let isWritten = false
    const world = await start({ joinToken: (gateway) => (isWritten ? gateway.joinToken : undefined) })
    await eventually(world, () => world.loop.reason === 'Cannot enrol: a join token is needed, received none')
    isWritten = true
    await eventually(world, () => world.loop.status === 'connected')
    expect(world.gateway.enrollmentCount).toBe(1)
  })

  it('refuses text that is no token', async () => {
    const world = await start({ joinToken: () => 'hello' })
    await eventually(world, () => world.loop.reason.startsWith('Cannot enrol: the join token is'))
    expect(world.gateway.enrollmentCount).toBe(0)
  })
})

describe('a session', () => {
  it('registers the host with what it holds, then takes the complete list and changes', async () => {
    const world = await start({
      prepare: (gateway, work) => {
        work.assignmentRevision = 40
        work.held.push(taskId(9))
        gateway.revision = 41
        gateway.tasks.set(taskId(1), assignment(1, { containers: [] }))
      },
    })
    await world.work.until(() => world.work.assigned.length === 1)
    expect(world.gateway.registrations[0]).toMatchObject({
      cluster: 'default',
      region: 'eu-central-1',
      hostname: 'host-1',
      assignmentRevision: 40n,
      heldTaskIds: [taskId(9)],
    })
    world.gateway.assign(assignment(2, { containers: [] }))
    await world.work.until(() => world.work.assigned.length === 2)
    expect(world.work.assigned).toEqual([
      { revision: 41, taskIds: [taskId(1)], isComplete: true },
      { revision: 42, taskIds: [taskId(2)], isComplete: false },
    ])
  })

  it('sends left-over reports first, then new ones, and passes acknowledgements on', async () => {
    const world = await start({ prepare: (_gateway, work) => work.report(3) })
    await world.work.until(() => world.work.acknowledged.length === 1)
    world.work.report(4)
    world.work.report(5)
    await world.work.until(() => world.work.acknowledged.length === 3)
    expect(world.gateway.reports.map(({ sequence }) => sequence)).toEqual([3n, 4n, 5n])
    expect(world.work.acknowledged).toEqual([3, 4, 5])
  })

  it('sends again after a break what was not acknowledged', async () => {
    const world = await start({
      prepare: (gateway) => {
        gateway.isAcknowledging = false
      },
    })
    await world.gateway.until(() => world.gateway.registrations.length === 1)
    await eventually(world, () => world.loop.status === 'connected')
    world.work.report(1)
    world.work.report(2)
    await world.gateway.until(() => world.gateway.reports.length === 2)
    world.gateway.acknowledge(1n)
    await world.work.until(() => world.work.acknowledged.length === 1)
    world.gateway.disconnect()
    await eventually(world, () => world.gateway.reports.length === 3)
    expect(world.gateway.reports.map(({ sequence }) => sequence)).toEqual([1n, 2n, 2n])
  })

  it('sends heartbeats at the pace that the gateway names', async () => {
    const world = await start()
    await eventually(world, () => world.loop.status === 'connected')
    for (const count of [1, 2, 3]) {
      await world.clock.advance(HEARTBEAT_MS)
      await world.gateway.until(() => world.gateway.heartbeatCount === count)
    }
    expect(world.gateway.registrations).toHaveLength(1)
  })

  it('comes back after at most 200 ms when it breaks', async () => {
    const world = await start()
    await eventually(world, () => world.loop.status === 'connected')
    world.gateway.disconnect()
    while (world.loop.status === 'connected') await flushMicrotasks()
    await world.clock.advance(200)
    await world.gateway.until(() => world.gateway.registrations.length === 2)
    expect(world.gateway.enrollmentCount).toBe(1)
  })

  it('gives a gateway up that has fallen silent', async () => {
    const world = await start()
    await eventually(world, () => world.loop.status === 'connected')
    world.gateway.isAnswering = false
    await world.clock.advance(3 * HEARTBEAT_MS)
    expect(world.loop).toMatchObject({ status: 'connecting', reason: 'the gateway was silent for 15000 ms' })
    world.gateway.isAnswering = true
    await eventually(world, () => world.gateway.registrations.length === 2)
  })
})

describe('a refused session', () => {
  it.each(['INVALID', 'REPLACED'])('with %s is tried again, slowly', async (code) => {
    const world = await start({
      prepare: (gateway) => {
        gateway.refusal = { code, message: 'ClusterNotFoundException: Cluster not found.' }
      },
    })
    await eventually(
      world,
      () => world.loop.reason === `${code}: ClusterNotFoundException: Cluster not found.`,
    )
    await world.clock.advance(29_000)
    expect(world.gateway.registrations).toHaveLength(1)
    world.gateway.refusal = undefined
    await eventually(world, () => world.loop.status === 'connected')
  })

  it('with DEREGISTERED is not tried again', async () => {
    const world = await start({
      prepare: (gateway) => {
        gateway.refusal = { code: 'DEREGISTERED', message: 'gone' }
      },
    })
    await eventually(world, () => world.loop.status === 'deregistered')
    await world.clock.advance(3_600_000)
    expect(world.gateway.registrations).toHaveLength(1)
    expect(world.loop.reason).toBe('DEREGISTERED: gone')
  })

  it('with SHUTDOWN comes back at once', async () => {
    const world = await start()
    await eventually(world, () => world.loop.status === 'connected')
    world.gateway.end('SHUTDOWN', 'upgrade')
    while (world.loop.status === 'connected') await flushMicrotasks()
    expect(world.loop.reason).toBe('SHUTDOWN: upgrade')
    await world.clock.advance(200)
    await world.gateway.until(() => world.gateway.registrations.length === 2)
  })
})
