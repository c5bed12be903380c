import { join } from 'node:path'
import { runCommand } from '../command.ts'
import type { StackConfig } from '../config.ts'
import type { Credentials } from '../credentials.ts'
import { COMMANDS_FOLDER, type DataPaths, REPOSITORY_ROOT, TOOLS_FOLDER } from '../paths.ts'
import type { ChildSpec } from '../supervisor/supervisor.ts'
import type { InternalPorts } from './choose-ports.ts'

/** What the processes of a stack are started with. */
export interface StackPlan {
  readonly config: StackConfig
  readonly paths: DataPaths
  readonly installationId: string
  readonly credentials: Credentials
  readonly ports: InternalPorts
  /** Path of the nats-server binary. */
  readonly natsServer: string
  readonly natsUser: string
  readonly natsPassword: string
}

/** The processes of a stack by role. */
export interface StackChildren {
  readonly nats: ChildSpec
  readonly controlPlane: ChildSpec
  readonly agent: ChildSpec
}

/** Longer than a process takes to end itself by force (20 s), so that its own choice comes first. */
const STOP_TIMEOUT_MS = 25_000

/** Code that Node has compiled, so that a process that starts does not load the compiler. */
const COMPILE_CACHE_FOLDER = join(TOOLS_FOLDER, 'compile-cache')

/** The agent shares its host with the tasks: a small nursery keeps what it has in memory below 100 MB. */
const AGENT_ARGS = ['--max-semi-space-size=1', join(REPOSITORY_ROOT, 'agent/src/main.ts')]

/**
 * Fills the agent's compile cache. A process that has to strip types itself keeps the 30 MB of the stripper for as
 * long as it runs.
 */
export async function compileAgent(): Promise<void> {
  const environment = { NODE_COMPILE_CACHE: COMPILE_CACHE_FOLDER }
  await runCommand(join(COMMANDS_FOLDER, 'node'), [...AGENT_ARGS, '--version'], { environment })
}

/** Where the sample runs, and the default of every ECS command. */
const DEFAULT_CLUSTER = 'default'

/**
 * The processes of a stack: how each is started, and all that it is told. They get the variables of
 * `inherited` too, except those that are npm's, the user's own AWS access, and the root key, which only the
 * control plane may know.
 */
export function planChildren(
  plan: StackPlan,
  inherited: Readonly<Record<string, string | undefined>>,
): StackChildren {
  const { config, paths, ports } = plan
  const node = join(COMMANDS_FOLDER, 'node')
  const common = {
    ...inheritable(inherited),
    HOMEPORT_INSTALLATION_ID: plan.installationId,
    AWS_REGION: config.region,
  }
  return {
    nats: {
      name: 'nats-server',
      command: plan.natsServer,
      args: ['--config', paths.natsConfiguration],
      environment: inheritable(inherited),
      stopTimeoutMs: STOP_TIMEOUT_MS,
    },
    controlPlane: {
      name: 'control-plane',
      command: node,
      args: [join(REPOSITORY_ROOT, 'services/control-plane/src/main.ts')],
      environment: {
        ...common,
        HOMEPORT_DATA_DIR: paths.root,
        HOMEPORT_ACCOUNT_ID: config.accountId,
        HOMEPORT_NATS_URL: `nats://127.0.0.1:${ports.nats}`,
        HOMEPORT_NATS_MONITOR_URL: `http://127.0.0.1:${ports.natsMonitor}`,
        HOMEPORT_NATS_USER: plan.natsUser,
        HOMEPORT_NATS_PASSWORD: plan.natsPassword,
        HOMEPORT_API_PORT: String(config.apiPort),
        HOMEPORT_GATEWAY_PORT: String(ports.gateway),
        HOMEPORT_ENROLLMENT_PORT: String(ports.enrollment),
        HOMEPORT_METRICS_PORT: String(ports.controlPlaneMetrics),
        HOMEPORT_ROOT_ACCESS_KEY_ID: plan.credentials.accessKeyId,
        HOMEPORT_ROOT_SECRET_ACCESS_KEY: plan.credentials.secretAccessKey,
      },
      stopTimeoutMs: STOP_TIMEOUT_MS,
    },
    agent: {
      name: 'agent',
      command: node,
      args: AGENT_ARGS,
      environment: {
        NODE_COMPILE_CACHE: COMPILE_CACHE_FOLDER,
        ECS_CLUSTER: DEFAULT_CLUSTER,
        ...common,
        HOMEPORT_AGENT_DATA_DIR: join(paths.root, 'agent'),
        HOMEPORT_GATEWAY_ADDRESS: `localhost:${ports.gateway}`,
        HOMEPORT_ENROLLMENT_ADDRESS: `localhost:${ports.enrollment}`,
        HOMEPORT_JOIN_TOKEN_FILE: paths.joinToken,
        HOMEPORT_AGENT_METRICS_PORT: String(ports.agentMetrics),
      },
      stopTimeoutMs: STOP_TIMEOUT_MS,
    },
  }
}

const WITHHELD = /^(npm_|AWS_|HOMEPORT_ROOT_|HOMEPORT_NATS_)/

function inheritable(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(variables)) {
    if (value !== undefined && !WITHHELD.test(name)) kept[name] = value
  }
  return kept
}
