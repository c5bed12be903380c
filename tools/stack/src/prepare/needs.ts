import { statfs } from 'node:fs/promises'
import type { Clock } from '@homeport/runtime'
import { findExecutable, runCommand } from '../command.ts'
import type { StackConfig } from '../config.ts'
import { dataPaths } from '../paths.ts'
import { aptInstall } from './apt-install.ts'
import { fetchBusybox, findBusybox } from './busybox.ts'
import { ensureEngine } from './docker-engine.ts'
import { fetchNatsServer, findNatsServer } from './nats-server.ts'
import { fetchRegistry, findRegistry } from './registry.ts'

/** What the needs are met with. */
export interface NeedContext {
  readonly config: StackConfig
  readonly clock: Clock
  /** Whether the machine is made ready for the tests, too. */
  readonly isForTests: boolean
}

/** Something that the machine must have besides Node and npm packages. */
export interface Need {
  readonly name: string
  /** Why it is needed. */
  readonly reason: string
  readonly isForTestsOnly: boolean
  /**
   * Finds it or gets it; quick when it is there.
   * @returns what was found, for the user.
   * @throws {StackError} saying what to do when it cannot be had.
   */
  readonly ensure: (context: NeedContext) => Promise<string>
}

/** Where Debian's package puts version 2; another `aws` may stand before it on the path. */
const DEBIAN_AWS = '/usr/bin/aws'

/** Everything, in the order in which it is made sure of. */
export const NEEDS: readonly Need[] = [
  {
    name: 'nats-server',
    reason: 'holds the state log, container logs and events',
    isForTestsOnly: false,
    async ensure({ config }) {
      const { version, path } = (await findNatsServer(config.natsServer)) ?? (await fetchNatsServer())
      return `${version} at ${path}`
    },
  },
  {
    name: 'busybox',
    reason: 'becomes the sample image, so that no image registry is needed',
    isForTestsOnly: false,
    ensure: async ({ config }) => (await findBusybox(config.busybox)) ?? (await fetchBusybox()),
  },
  {
    name: 'Docker engine',
    reason: 'runs the containers',
    isForTestsOnly: false,
    async ensure(context) {
      const { config, clock } = context
      const engine = await ensureEngine({
        dockerHost: config.dockerHost,
        paths: dataPaths(config.dataDirectory),
        dataRoot: config.dockerDataRoot ?? (await defaultDataRoot(context)),
        clock,
      })
      return `${engine.version}, ${engine.origin}`
    },
  },
  {
    name: 'ip',
    reason: 'tests give the machine further hosts with addresses of their own',
    isForTestsOnly: true,
    ensure: () => ensureCommand('ip', ['-V'], 'iproute2'),
  },
  {
    name: 'aws CLI 2',
    reason: 'tests drive Homeport with it as users do, and with version 1 where a machine has that, too',
    isForTestsOnly: true,
    ensure: () => ensureCommand(DEBIAN_AWS, ['--version'], 'awscli'),
  },
  {
    name: 'boto3',
    reason: 'tests drive Homeport with the Python SDK as users do',
    isForTestsOnly: true,
    ensure: () => ensureCommand('python3', ['-c', 'import boto3; print(boto3.__version__)'], 'python3-boto3'),
  },
  {
    name: 'docker-registry',
    reason: 'tests pull images from a registry with and without a password',
    isForTestsOnly: true,
    ensure: async () => findRegistry() ?? (await fetchRegistry()),
  },
]

/** Installs `packageName` when `command` does not run; what it prints is taken for its version. */
async function ensureCommand(command: string, args: readonly string[], packageName: string): Promise<string> {
  const show = async (): Promise<string> => (await runCommand(command, args)).trim().split('\n')[0] ?? ''
  if (findExecutable(command) !== undefined) {
    try {
      return await show()
    } catch {
      // It is there and does not work; the package brings one that does.
    }
  }
  await aptInstall([packageName])
  return await show()
}

/** Memory makes containers start twice as fast as a disk does, and tests leave nothing worth keeping. */
const TEST_DATA_ROOT = '/dev/shm/homeport-docker'

/** Room for the images and containers of the tests. */
const TEST_DATA_BYTES_MIN = 4 * 1024 ** 3

async function defaultDataRoot({ config, isForTests }: NeedContext): Promise<string> {
  const onDisk = dataPaths(config.dataDirectory).engineData
  if (!isForTests) return onDisk
  try {
    const { bavail, bsize } = await statfs('/dev/shm')
    return bavail * bsize >= TEST_DATA_BYTES_MIN ? TEST_DATA_ROOT : onDisk
  } catch {
    // This machine has no such file system.
    return onDisk
  }
}
