import type { Service } from '@homeport/runtime'
import type { TaskEngineOptions } from './engine/task-engine.ts'
import type { HostOptions } from './host/describe-host.ts'
import type { SessionStatus } from './session/session-loop.ts'

/** How an agent is set up. */
export interface AgentOptions {
  /** Folder for identity and checkpoint; one agent at a time uses it. */
  readonly dataDirectory: string
  /** `unix:///path` or `tcp://host:port`. */
  readonly dockerHost: string
  /** `host:port` of the agent sessions; the host is a name of the gateway's certificate. */
  readonly gatewayAddress: string
  /** `host:port` of the enrolment. */
  readonly enrollmentAddress: string
  /** The join token; absent: in `joinTokenFile`. Needed until the host has enrolled. */
  readonly joinToken?: string
  /** File that holds the join token; read when it is needed. */
  readonly joinTokenFile?: string
  /** As Node names it: `x64`, `arm64`. */
  readonly architecture: string
  /** What the host says of itself. */
  readonly host: HostOptions
  /** How tasks are run. */
  readonly engine: TaskEngineOptions
}

/** A running agent. Stopping it stops no container. */
export interface AgentServer extends Service {
  /** Where the session with the gateway stands. */
  sessionStatus(): SessionStatus
}
