import { create } from '@bufbuild/protobuf'
import { type InstanceResources, InstanceResourcesSchema, TransportProtocol } from '@homeport/wire/types'

/** CPU units of one virtual CPU. */
const CPU_UNITS_PER_CPU = 1024
const BYTES_PER_MIB = 1024 * 1024

/** What the operator says of the host's capacity. */
export interface ResourceOptions {
  /** 1,024 = one virtual CPU; absent: as the machine has. */
  readonly cpuUnits?: number
  /** Before what is reserved; absent: as the machine has. */
  readonly memoryMiB?: number
  /** ECS_RESERVED_MEMORY: kept from tasks; 0: nothing. */
  readonly reservedMemoryMiB: number
  /** ECS_RESERVED_PORTS. */
  readonly reservedPorts: readonly number[]
  /** ECS_RESERVED_PORTS_UDP. */
  readonly reservedUdpPorts: readonly number[]
}

/** What the machine has. */
export interface MachineFacts {
  readonly cpuCount: number
  readonly memoryBytes: number
}

/** What the host offers to tasks. */
export function instanceResources(machine: MachineFacts, options: ResourceOptions): InstanceResources {
  const memoryMiB = options.memoryMiB ?? Math.floor(machine.memoryBytes / BYTES_PER_MIB)
  const ports = (numbers: readonly number[], protocol: TransportProtocol) =>
    numbers.map((port) => ({ port, protocol }))
  return create(InstanceResourcesSchema, {
    cpuUnits: options.cpuUnits ?? machine.cpuCount * CPU_UNITS_PER_CPU,
    memoryMib: Math.max(memoryMiB - options.reservedMemoryMiB, 0),
    reservedPorts: [
      ...ports(options.reservedPorts, TransportProtocol.TCP),
      ...ports(options.reservedUdpPorts, TransportProtocol.UDP),
    ],
  })
}
