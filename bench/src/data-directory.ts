import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { BenchStack } from './stack.ts'

/** Where `npm start` keeps its data unless told otherwise. */
const DEFAULT_DATA_DIRECTORY = '.homeport'

/** A process of the stack, as the supervisor has it on record. */
export interface StackProcess {
  readonly name: string
  readonly pid: number
}

/** What the stack's data directory says of it. */
export interface StackFiles {
  readonly processes: readonly StackProcess[]
  readonly joinTokenFile: string
  /** `localhost:PORT` */
  readonly gatewayAddress: string
  /** `localhost:PORT` */
  readonly enrollmentAddress: string
}

/** Reads the data directory of the running stack: the one that the environment names, else the default. */
export function readStackFiles({ environment }: BenchStack): StackFiles {
  const named = environment['HOMEPORT_DATA_DIR'] ?? process.env['HOMEPORT_DATA_DIR']
  const root = resolve(named ?? DEFAULT_DATA_DIRECTORY)
  const read = <T>(...path: string[]): T => JSON.parse(readFileSync(join(root, ...path), 'utf8')) as T
  const { children } = read<{ children: StackProcess[] }>('run', 'stack.json')
  const { ports } = read<{ ports: Record<string, number> }>('installation.json')
  return {
    processes: children,
    joinTokenFile: join(root, 'join-token'),
    gatewayAddress: `localhost:${process.env['HOMEPORT_GATEWAY_PORT'] ?? ports['gateway']}`,
    enrollmentAddress: `localhost:${process.env['HOMEPORT_ENROLLMENT_PORT'] ?? ports['enrollment']}`,
  }
}
