import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ECSClient } from '@aws-sdk/client-ecs'
import Docker from 'dockerode'

/** The stack that is measured: the one that runs, else one that the bench starts and removes. */
export interface BenchStack {
  readonly ecs: ECSClient
  readonly docker: Docker
  /** The image whose containers are started. */
  readonly image: string
  /** The variables that `npm run env` prints. */
  readonly environment: Readonly<Record<string, string>>
  /** Removes the stack when the bench had to start it. */
  close(): Promise<void>
}

const SAMPLE_IMAGE = 'localhost/homeport-sample:1'
const npm = promisify(execFile)

/** Connects to the running stack; starts one when none runs. */
export async function openStack(progress: (line: string) => void): Promise<BenchStack> {
  const running = await readEnvironment()
  if (running !== undefined) return stackOf(running, async () => {})
  progress('no stack is running: starting one')
  await npm('npm', ['start', '--', '--detach'])
  const started = await readEnvironment()
  if (started === undefined) throw new Error('Cannot measure: the stack that was started does not answer')
  return stackOf(started, async () => {
    progress('removing the stack')
    await npm('npm', ['run', 'down'])
  })
}

async function readEnvironment(): Promise<Record<string, string> | undefined> {
  try {
    const { stdout } = await npm('npm', ['run', '-s', 'env'])
    return parseExports(stdout)
  } catch {
    // A non-zero exit is how `npm run env` says that no stack runs.
    return undefined
  }
}

/** The variables of `export NAME=value` lines; values may stand in single quotes. */
export function parseExports(text: string): Record<string, string> {
  const lines = text.matchAll(/^export (\w+)='?([^'\n]*)'?$/gm)
  return Object.fromEntries([...lines].map(([, name, value]) => [name ?? '', value ?? '']))
}

function stackOf(environment: Record<string, string>, close: () => Promise<void>): BenchStack {
  const ecs = new ECSClient({
    endpoint: environment['AWS_ENDPOINT_URL'] ?? '',
    region: environment['AWS_REGION'] ?? '',
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  })
  return { ecs, docker: new Docker(), image: SAMPLE_IMAGE, environment, close }
}
