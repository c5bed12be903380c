import type { ContainerInspectInfo } from 'dockerode'
import type { ContainerFacts, HealthState, PortBinding } from '../engine/container-runtime.ts'

/** What the engine wants to know of an inspected container. */
export function containerFacts(info: ContainerInspectInfo): ContainerFacts {
  const { State: state } = info
  return {
    runtimeId: info.Id,
    // Docker's names start with a slash.
    name: info.Name.slice(1),
    labels: info.Config.Labels,
    status: STATUS[state.Status] ?? 'running',
    exitCode: state.ExitCode,
    isOutOfMemory: state.OOMKilled,
    startedAtMs: timeMs(state.StartedAt),
    finishedAtMs: timeMs(state.FinishedAt),
    error: state.Error,
    bindings: portBindings(info),
    health: HEALTH[state.Health?.Status ?? ''] ?? 'UNKNOWN',
  }
}

/** Paused and restarting containers run. */
const STATUS: Readonly<Record<string, ContainerFacts['status']>> = {
  created: 'created',
  exited: 'exited',
  dead: 'exited',
  removing: 'exited',
}

const HEALTH: Readonly<Record<string, HealthState>> = { healthy: 'HEALTHY', unhealthy: 'UNHEALTHY' }

/** Docker writes year 1 for "never". */
const timeMs = (text: string): number => Math.max(Date.parse(text), 0)

function portBindings(info: ContainerInspectInfo): PortBinding[] {
  return Object.entries(info.NetworkSettings.Ports ?? {}).flatMap(([key, bindings]) => {
    const [port = '', protocol] = key.split('/')
    // Exposed by the image and not published: `null`.
    return ((bindings as { HostIp: string; HostPort: string }[] | null) ?? []).map(
      ({ HostIp, HostPort }) => ({
        bindIp: HostIp,
        containerPort: Number(port),
        hostPort: Number(HostPort),
        protocol: protocol === 'udp' ? ('udp' as const) : ('tcp' as const),
      }),
    )
  })
}
