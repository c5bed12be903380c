/**
 * Goal: the parts fit together, and say how they are.
 * Method: the whole agent in this process, over a runtime in memory and a fake gateway on real gRPC.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry, seededIds, seededRandom, silentLogger, systemClock } from '@homeport/runtime'
import { flushMicrotasks } from '@homeport/testkit'
import { TaskStatus } from '@homeport/wire/types'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startAgentOn } from './app.ts'
import { readAgentSettings } from './config.ts'
import type { AgentServer } from './options.ts'
import { assignment, taskId } from './testing/assignments.ts'
import { FakeGateway } from './testing/fake-gateway.ts'
import { FakeRuntime } from './testing/fake-runtime.ts'

async function start(): Promise<{
  agent: AgentServer
  gateway: FakeGateway
  runtime: FakeRuntime
  metric: (line: string) => Promise<string | undefined>
}> {
  const gateway = await new FakeGateway({}).start()
  const runtime = new FakeRuntime(() => systemClock.now())
  const registry = new Registry()
  const settings = readAgentSettings({
    HOMEPORT_AGENT_DATA_DIR: join(mkdtempSync(join(tmpdir(), 'agent-')), 'data'),
    HOMEPORT_GATEWAY_ADDRESS: gateway.sessionAddress,
    HOMEPORT_ENROLLMENT_ADDRESS: gateway.enrollmentAddress,
    HOMEPORT_JOIN_TOKEN: gateway.joinToken,
  })
  const random = seededRandom(1)
  const agent = await startAgentOn(runtime, settings.agent, {
    clock: systemClock,
    random,
    ids: seededIds(random),
    logger: silentLogger,
    registry,
  })
  onTestFinished(async () => {
    await agent.stop()
    await gateway.stop()
  })
  const metric = async (line: string): Promise<string | undefined> => {
    const lines = (await registry.metrics()).split('\n')
    return lines.find((candidate) => candidate.startsWith(`${line} `))?.slice(line.length + 1)
  }
  return { agent, gateway, runtime, metric }
}

describe('startAgentOn', () => {
  it('enrols, registers, runs a task and counts it', async () => {
    const { agent, gateway, metric } = await start()
    gateway.assign(assignment(1, { containers: [{ name: 'app' }] }))
    gateway.assign(assignment(2, { containers: [{ name: 'app', image: 'test/missing:1' }] }))
    expect(await gateway.reached(taskId(1), TaskStatus.RUNNING)).toMatchObject({
      containers: [
        { name: 'app', lastStatus: TaskStatus.RUNNING, runtimeId: expect.stringMatching(/^[0-9a-f]{64}$/) },
      ],
    })
    expect((await gateway.reached(taskId(2), TaskStatus.STOPPED)).containers[0]?.reason).toMatch(
      /^CannotPullContainerError: /,
    )
    while ((await metric('homeport_agent_reports_unacknowledged')) !== '0') await flushMicrotasks()
    expect(agent.sessionStatus()).toBe('connected')
    expect(agent.unhealthyReason()).toBeUndefined()
    expect(await metric('homeport_agent_session_connected')).toBe('1')
    expect(await metric('homeport_agent_tasks{status="RUNNING"}')).toBe('1')
    expect(await metric('homeport_agent_tasks{status="STOPPED"}')).toBe('1')
    expect(await metric('homeport_agent_container_starts_total{outcome="started"}')).toBe('1')
    expect(await metric('homeport_agent_container_start_duration_seconds_count')).toBe('1')
  })

  it('is unhealthy while it reaches no gateway, or no container runtime', async () => {
    const { agent, gateway, runtime, metric } = await start()
    await gateway.until(() => gateway.registrations.length === 1)
    while (agent.sessionStatus() !== 'connected') await flushMicrotasks()
    runtime.goDown()
    expect(agent.unhealthyReason()).toBe('the container runtime cannot be reached')
    runtime.comeUp()
    gateway.refusal = { code: 'INVALID', message: 'ClusterNotFoundException: Cluster not found.' }
    gateway.disconnect()
    while (agent.unhealthyReason()?.includes('ClusterNotFoundException') !== true) await flushMicrotasks()
    expect(agent.unhealthyReason()).toBe(
      'no session with the gateway: INVALID: ClusterNotFoundException: Cluster not found.',
    )
    expect(await metric('homeport_agent_session_connected')).toBe('0')
  })
})
