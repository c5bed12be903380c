import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import type { LocalStack } from './local-stack.ts'

const run = promisify(execFile)

/** An `aws` command of this machine. */
export interface AwsCli {
  /** As `aws-cli/1.45.11`. */
  readonly version: string
  readonly path: string
}

/** What a command printed and how it ended. */
export interface CliResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Debian's package puts version 2 here; another `aws` may stand before it on the path. */
const DEBIAN_AWS = '/usr/bin/aws'

/** Every different `aws` that this machine has: the one on the path and Debian's. */
export function installedClis(): AwsCli[] {
  const onPath = execFileSync('sh', ['-c', 'command -v aws'], { encoding: 'utf8' }).trim()
  const paths = new Set([onPath, DEBIAN_AWS].filter((path) => existsSync(path)))
  return [...paths].map((path) => ({ path, version: versionOf(path) }))
}

function versionOf(path: string): string {
  const text = execFileSync(path, ['--version'], { encoding: 'utf8' })
  return text.split(' ', 1)[0] ?? text
}

/** By major version, the first minor version that reads `AWS_ENDPOINT_URL`; older ones take the same value as an option. */
const READS_ENDPOINT_VARIABLE = { 1: 29, 2: 13 } as const

function readsEndpointVariable(cli: AwsCli): boolean {
  const [major = 0, minor = 0] = cli.version.replace('aws-cli/', '').split('.').map(Number)
  return minor >= (major === 1 ? READS_ENDPOINT_VARIABLE[1] : READS_ENDPOINT_VARIABLE[2])
}

/** Runs `aws WORDS` as a user of `stack` would, with nothing but the printed variables. */
export async function aws(cli: AwsCli, stack: LocalStack, words: readonly string[]): Promise<CliResult> {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], AWS_PAGER: '', ...stack.environment }
  const endpoint = ['--endpoint-url', stack.environment['AWS_ENDPOINT_URL'] ?? '']
  const all = readsEndpointVariable(cli) ? [...words] : [...words, ...endpoint]
  try {
    const { stdout, stderr } = await run(cli.path, all, { env, maxBuffer: 16 * 1024 * 1024 })
    return { exitCode: 0, stdout, stderr }
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'number') {
      const { code, stdout, stderr } = error as unknown as { code: number; stdout: string; stderr: string }
      return { exitCode: code, stdout, stderr }
    }
    throw error
  }
}

/** The JSON answer of a command that must succeed. */
export async function awsJson<T>(cli: AwsCli, stack: LocalStack, words: readonly string[]): Promise<T> {
  const result = await aws(cli, stack, [...words, '--output', 'json'])
  if (result.exitCode !== 0) throw new Error(`Cannot run aws ${words.join(' ')}: ${result.stderr}`)
  return JSON.parse(result.stdout === '' ? '{}' : result.stdout) as T
}
