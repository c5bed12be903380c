import { existsSync } from 'node:fs'
import type { Clock } from '@homeport/runtime'
import { findExecutable, runCommand } from '../command.ts'
import { DEFAULT_ENGINE_SOCKET, parseEngineAddress, probeEngine } from '../docker/engine-client.ts'
import type { DataPaths } from '../paths.ts'
import { StackError } from '../stack-error.ts'
import { aptInstall, isRoot } from './apt-install.ts'
import { isEngineProcessRunning, readOwnEngine, startOwnEngine, waitForEngine } from './own-engine.ts'

/** What the engine needs of Debian; its recommendations would add a compiler and cloud clients. */
const PACKAGES = ['docker.io', 'iptables', 'tini', 'ca-certificates'] as const

/** What decides which engine is used. */
export interface EngineOptions {
  /** The value of DOCKER_HOST; absent or empty: the default socket. */
  readonly dockerHost: string | undefined
  readonly paths: DataPaths
  /** Where an engine that has to be started keeps its data; used when none was started before. */
  readonly dataRoot: string
  readonly clock: Clock
}

/** An engine that is ready. */
export interface ReadyEngine {
  readonly version: string
  /** How it came to run, for the user. */
  readonly origin: 'running' | 'started' | 'started by systemd'
}

/**
 * Makes sure that a Docker engine answers: one that is reachable is used as it is; otherwise, as root, the
 * machine's own is started, after installing it when it is missing.
 * @throws {StackError} saying exactly what to install or start when that is not possible.
 */
export async function ensureEngine(options: EngineOptions): Promise<ReadyEngine> {
  const address = parseEngineAddress(options.dockerHost)
  const first = await probeEngine(address)
  if (first.kind === 'ready') return { version: first.version, origin: 'running' }
  if (options.dockerHost !== undefined && options.dockerHost !== '') {
    throw new StackError(
      `Cannot reach the Docker engine: DOCKER_HOST must name one that runs, received ${options.dockerHost} (${first.reason})`,
    )
  }
  if (!isRoot()) throw new StackError(explainMissingEngine(first.isForbidden))
  const origin = await startEngine(options)
  const probe = await probeEngine(address)
  if (probe.kind === 'ready') return { version: probe.version, origin }
  throw new StackError(
    `Cannot reach the Docker engine: ${DEFAULT_ENGINE_SOCKET} must answer, received ${probe.reason}`,
  )
}

async function startEngine(options: EngineOptions): Promise<ReadyEngine['origin']> {
  const isComplete = findExecutable('dockerd') !== undefined && findExecutable('containerd') !== undefined
  if (!isComplete) await aptInstall(PACKAGES)
  const address = parseEngineAddress(undefined)
  if (existsSync('/run/systemd/system')) {
    await runCommand('systemctl', ['start', 'docker'])
    await waitForEngine(address, options.clock)
    return 'started by systemd'
  }
  // Debian's package starts the engine when the machine lets it.
  if (isEngineProcessRunning() && (await waitForEngine(address, options.clock))) return 'running'
  const dataRoot = readOwnEngine(options.paths)?.dataRoot ?? options.dataRoot
  await startOwnEngine(options.paths, dataRoot, options.clock)
  return 'started'
}

/** What a user who is not root has to do. */
export function explainMissingEngine(isForbidden: boolean): string {
  if (isForbidden) {
    return (
      `Cannot reach the Docker engine: this user may not open ${DEFAULT_ENGINE_SOCKET}; ` +
      'run as root: usermod -aG docker YOUR_USER, and log in again'
    )
  }
  return (
    `Cannot reach a Docker engine: none listens on ${DEFAULT_ENGINE_SOCKET}; run as root: ` +
    `apt-get install --no-install-recommends ${PACKAGES.join(' ')}, start it, and add this user to the group docker; ` +
    'or set DOCKER_HOST to an engine that runs; or run npm start as root, which does all of it'
  )
}
