import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { required } from '@homeport/base'

const run = promisify(execFile)
const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Ports that a stack listens on; each gets a free one, so that it stands beside any other stack. */
const PORT_VARIABLES = [
  'HOMEPORT_API_PORT',
  'HOMEPORT_GATEWAY_PORT',
  'HOMEPORT_ENROLLMENT_PORT',
  'HOMEPORT_METRICS_PORT',
  'HOMEPORT_AGENT_METRICS_PORT',
] as const

/** A process of the stack, by the name that its supervisor gives it. */
export type StackProcess = 'nats-server' | 'control-plane' | 'agent'

/** A stack of its own, started and removed by the commands that a user has. */
export interface LocalStack {
  /** What `npm run -s env` printed, by name. */
  readonly environment: Readonly<Record<string, string>>
  /** What `npm start` printed. */
  readonly output: string
  /** Where the processes serve metrics and health, as URLs. */
  readonly metrics: { readonly controlPlane: string; readonly agent: string }
  /** The process id that the supervisor has on record now. */
  processId(name: StackProcess): number
  /** Runs an npm command of the repository against this stack. */
  npm(...words: string[]): Promise<string>
  /** Runs `npm start` as a terminal does: in a process group of its own, which the caller ends. */
  startInForeground(): ChildProcess
  remove(): Promise<void>
}

/** Starts a stack as `npm start -- --detach` does. `overrides` are environment variables of the user's. */
export async function startLocalStack(overrides: Record<string, string> = {}): Promise<LocalStack> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'homeport-test-'))
  const ports = await freePorts(PORT_VARIABLES.length)
  const settings: Record<string, string | undefined> = {
    ...process.env,
    HOMEPORT_DATA_DIR: dataDirectory,
    ...Object.fromEntries(PORT_VARIABLES.map((name, index) => [name, String(ports[index])])),
    ...overrides,
  }
  const npm = async (...words: string[]): Promise<string> =>
    (await run('npm', words, { cwd: ROOT, env: settings, maxBuffer: 16 * 1024 * 1024 })).stdout
  const output = await npm('start', '--', '--detach')
  return {
    output,
    metrics: {
      controlPlane: `http://127.0.0.1:${settings['HOMEPORT_METRICS_PORT']}`,
      agent: `http://127.0.0.1:${settings['HOMEPORT_AGENT_METRICS_PORT']}`,
    },
    environment: exportsOf(await npm('run', '-s', 'env')),
    processId: (name) => processIdOf(dataDirectory, name),
    npm,
    startInForeground: () =>
      spawn('npm', ['start'], { cwd: ROOT, env: settings, detached: true, stdio: 'ignore' }),
    async remove() {
      await npm('run', '-s', 'down')
      rmSync(dataDirectory, { recursive: true, force: true })
    },
  }
}

function processIdOf(dataDirectory: string, name: StackProcess): number {
  const state = JSON.parse(readFileSync(join(dataDirectory, 'run', 'stack.json'), 'utf8')) as {
    children: { name: string; pid: number }[]
  }
  return required(state.children.find((child) => child.name === name)?.pid, `the process ${name}`)
}

/** The variables of `export NAME=value` lines. */
export function exportsOf(text: string): Record<string, string> {
  const lines = text.matchAll(/^export (\w+)='?([^'\n]*)'?$/gm)
  return Object.fromEntries([...lines].map(([, name, value]) => [name ?? '', value ?? '']))
}

/** Ports of loopback that nothing listens on now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listenAnywhere))
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

function listenAnywhere(): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}
