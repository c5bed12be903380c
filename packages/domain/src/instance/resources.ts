/** What instances offer and tasks take; the shapes of the protobuf messages, so that rows pass as they are. */

/** One port of one protocol on a host. */
export interface HostPort {
  /** 1 to 65,535. */
  readonly port: number
  /** 1: TCP, 2: UDP. */
  readonly protocol: number
}

/** What a task takes from its instance. */
export interface Requirements {
  /** 1,024 = one vCPU; 0: nothing reserved. */
  readonly cpuUnits: number
  /** MiB; 0: nothing reserved. */
  readonly memoryMib: number
  /** Fixed host ports; dynamic ones are not listed. */
  readonly hostPorts: readonly HostPort[]
  /** Names of attributes without which the task cannot run. */
  readonly requiredAttributes: readonly string[]
  readonly gpuCount: number
}

/** What an instance offers in all. */
export interface RegisteredResources {
  /** 1,024 = one vCPU. */
  readonly cpuUnits: number
  /** MiB. */
  readonly memoryMib: number
  /** Ports that no task may take. */
  readonly reservedPorts: readonly HostPort[]
  readonly gpuIds: readonly string[]
}

/** What an instance has left. Never stored: always derived from the tasks bound to it. */
export interface RemainingResources {
  /** May be negative: an instance can come back smaller than what its tasks hold. */
  readonly cpuUnits: number
  readonly memoryMib: number
  /** Reserved by the host first, then held by tasks. */
  readonly takenPorts: readonly HostPort[]
  readonly gpuCount: number
}

/** What `registered` has left under the tasks that hold `requirements`, each counted once. */
export function remainingResources(
  registered: RegisteredResources,
  requirements: Iterable<Requirements>,
): RemainingResources {
  let { cpuUnits, memoryMib } = registered
  let gpuCount = registered.gpuIds.length
  const takenPorts = [...registered.reservedPorts]
  for (const held of requirements) {
    cpuUnits -= held.cpuUnits
    memoryMib -= held.memoryMib
    gpuCount -= held.gpuCount
    takenPorts.push(...held.hostPorts)
  }
  return { cpuUnits, memoryMib, gpuCount, takenPorts }
}
