/** Wires the agent: checkpoint, container runtime, engine, session. */
import { readFile } from 'node:fs/promises'
import { Lifecycle, type ServicePorts } from '@homeport/runtime'
import { openCheckpoint } from './checkpoint/checkpoint.ts'
import { createIdentityFile } from './checkpoint/identity-file.ts'
import { createDockerRuntime } from './docker/docker-runtime.ts'
import type { ContainerRuntime } from './engine/container-runtime.ts'
import { startTaskEngine } from './engine/task-engine.ts'
import { createHostDescriber } from './host/describe-host.ts'
import { readMachine } from './host/read-machine.ts'
import { createEngineMetrics, registerReadings } from './metrics.ts'
import type { AgentOptions, AgentServer } from './options.ts'
import { startSessionLoop } from './session/session-loop.ts'

/**
 * Starts an agent; resolves when its checkpoint is read. It enrols, connects and finds its containers by itself,
 * and goes on trying for as long as it runs.
 * @throws {CheckpointError} when the checkpoint cannot be understood.
 */
export function startAgent(options: AgentOptions, ports: ServicePorts): Promise<AgentServer> {
  return startAgentOn(createDockerRuntime(options.dockerHost, ports), options, ports)
}

/** `startAgent` over a given container runtime. */
export async function startAgentOn(
  runtime: ContainerRuntime,
  options: AgentOptions,
  ports: ServicePorts,
): Promise<AgentServer> {
  const lifecycle = new Lifecycle()
  const checkpoint = lifecycle.own(await openCheckpoint(options.dataDirectory, ports))
  const metrics = createEngineMetrics(ports.registry)
  const engine = lifecycle.own(
    startTaskEngine(options.engine, { ...ports, runtime, metrics, journal: checkpoint }, checkpoint.saved),
  )
  const host = createHostDescriber(options.host, { runtime, readMachine, architecture: options.architecture })
  const session = lifecycle.own(
    startSessionLoop(
      { ...options, hostname: options.host.hostname },
      {
        ...ports,
        work: engine,
        identityStore: createIdentityFile(options.dataDirectory),
        readJoinToken: () => readJoinToken(options),
        describeHost: () => host.describe(),
      },
    ),
  )
  registerReadings(ports.registry, {
    taskStatuses: () => engine.taskStatuses(),
    unacknowledgedCount: () => engine.pendingReports().length,
    isConnected: () => session.status === 'connected',
  })
  return {
    sessionStatus: () => session.status,
    unhealthyReason: () =>
      checkpoint.unhealthyReason() ??
      engine.unhealthyReason() ??
      (session.status === 'connected' ? undefined : `no session with the gateway: ${session.reason}`),
    stop: () => lifecycle.stop(),
  }
}

/** A file that does not exist yet is a gateway that has not started yet. */
async function readJoinToken({ joinToken, joinTokenFile }: AgentOptions): Promise<string | undefined> {
  if (joinToken !== undefined || joinTokenFile === undefined) return joinToken
  try {
    return await readFile(joinTokenFile, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
