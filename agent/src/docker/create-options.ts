import type { ContainerCreateOptions } from 'dockerode'
import type { ContainerSpec, HealthCheckSpec } from '../engine/container-runtime.ts'

const NANOSECONDS_PER_MS = 1_000_000

/** The Docker form of a container; its name is not part of it. */
export function createOptions(spec: ContainerSpec): ContainerCreateOptions {
  return {
    Image: spec.image,
    ...(spec.command !== undefined && { Cmd: [...spec.command] }),
    ...(spec.entryPoint !== undefined && { Entrypoint: [...spec.entryPoint] }),
    ...(spec.workingDirectory !== undefined && { WorkingDir: spec.workingDirectory }),
    ...(spec.user !== undefined && { User: spec.user }),
    ...(spec.hostname !== undefined && { Hostname: spec.hostname }),
    Env: [...spec.environment],
    Labels: { ...spec.labels },
    ExposedPorts: Object.fromEntries(
      spec.ports.map((port) => [`${port.containerPort}/${port.protocol}`, {}]),
    ),
    ...(spec.healthCheck !== undefined && { Healthcheck: healthCheck(spec.healthCheck) }),
    HostConfig: hostConfig(spec),
  }
}

function hostConfig(spec: ContainerSpec): NonNullable<ContainerCreateOptions['HostConfig']> {
  return {
    NetworkMode: spec.networkMode,
    PortBindings: portBindings(spec),
    Binds: [...spec.binds],
    CpuShares: spec.cpuShares,
    Memory: spec.memoryBytes,
    MemoryReservation: spec.memoryReservationBytes,
    Privileged: spec.isPrivileged,
    ReadonlyRootfs: spec.isRootFilesystemReadOnly,
    ...(spec.hasInitProcess && { Init: true }),
    Ulimits: spec.ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    ...(spec.log !== undefined && { LogConfig: { Type: spec.log.driver, Config: { ...spec.log.options } } }),
  }
}

/** A container port may be published more than once. */
function portBindings({ ports }: ContainerSpec): Record<string, { HostPort: string }[]> {
  const bindings: Record<string, { HostPort: string }[]> = {}
  for (const { containerPort, hostPort, protocol } of ports) {
    const key = `${containerPort}/${protocol}`
    bindings[key] = [...(bindings[key] ?? []), { HostPort: hostPort === 0 ? '' : String(hostPort) }]
  }
  return bindings
}

const healthCheck = (check: HealthCheckSpec): NonNullable<ContainerCreateOptions['Healthcheck']> => ({
  Test: [...check.test],
  Interval: check.intervalMs * NANOSECONDS_PER_MS,
  Timeout: check.timeoutMs * NANOSECONDS_PER_MS,
  Retries: check.retries,
  StartPeriod: check.startPeriodMs * NANOSECONDS_PER_MS,
})
