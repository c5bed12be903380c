import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root folder of the checkout. */
export const REPOSITORY_ROOT: string = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))

/** Where npm puts commands; on the path of every npm script. */
export const COMMANDS_FOLDER: string = join(REPOSITORY_ROOT, 'node_modules', '.bin')

/** Binaries that `prepare` unpacked. Inside node_modules, because they are dependencies: `npm ci` renews them. */
export const TOOLS_FOLDER: string = join(REPOSITORY_ROOT, 'node_modules', '.cache', 'homeport')

/** The layout of a data directory. All paths are absolute. */
export interface DataPaths {
  readonly root: string
  /** Marks the directory as Homeport's, and names the installation. */
  readonly installation: string
  /** Account and root credentials; readable by the owner only. */
  readonly credentials: string
  /** Written by the control plane, read by the agent; readable by the owner only. */
  readonly joinToken: string
  readonly natsConfiguration: string
  readonly natsStore: string
  readonly logs: string
  readonly run: string
  /** What runs now: the supervisor and its children. */
  readonly stackState: string
  /** Held by the supervisor for as long as it runs. */
  readonly stackLock: string
  /** The Docker engine that `prepare` started, if it did. */
  readonly engineState: string
  /** The default data root of that engine. */
  readonly engineData: string
}

/** The layout below `root`, an absolute path. */
export function dataPaths(root: string): DataPaths {
  const run = join(root, 'run')
  return {
    root,
    installation: join(root, 'installation.json'),
    credentials: join(root, 'credentials.json'),
    joinToken: join(root, 'join-token'),
    natsConfiguration: join(root, 'nats-server.conf'),
    natsStore: join(root, 'nats'),
    logs: join(root, 'logs'),
    run,
    stackState: join(run, 'stack.json'),
    stackLock: join(run, 'lock.json'),
    engineState: join(run, 'dockerd.json'),
    engineData: join(root, 'docker'),
  }
}
