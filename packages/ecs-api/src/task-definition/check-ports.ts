import type { ContainerDefinition, PortMapping } from '@aws-sdk/client-ecs'
import { ecsError } from '../errors/ecs-error.ts'
import { isInRange } from './check-number.ts'

const CONTAINER_PORTS = { minimum: 1, maximum: 65_535 }
const HOST_PORTS = { minimum: 0, maximum: 65_535 }

/**
 * Checks the port mappings of all containers together: they share the host's ports.
 * @throws {EcsError} about the first mapping that is wrong or in another's way.
 */
export function checkPorts(containers: readonly ContainerDefinition[], networkMode: string): void {
  const hostPorts = new Set<string>()
  const names = new Set<string>()
  for (const container of containers) {
    const containerPorts = new Set<string>()
    for (const mapping of container.portMappings ?? []) {
      checkMapping(mapping, container.name ?? '', networkMode)
      claimContainerPort(mapping, container.name ?? '', containerPorts)
      claimHostPort(mapping, networkMode, hostPorts)
      claimName(mapping, names)
    }
  }
}

function checkMapping(mapping: PortMapping, container: string, networkMode: string): void {
  const { containerPort, hostPort } = mapping
  if (networkMode === 'none') throw ecsError('noNetworkPorts')
  if (containerPort === undefined || !isInRange(containerPort, CONTAINER_PORTS)) {
    throw ecsError('containerSetting', { member: 'containerPort', container })
  }
  if (hostPort !== undefined && !isInRange(hostPort, HOST_PORTS)) {
    throw ecsError('containerSetting', { member: 'hostPort', container })
  }
  if (networkMode === 'host' && hostPort !== undefined && hostPort !== 0 && hostPort !== containerPort) {
    throw ecsError('hostNetworkPorts')
  }
}

const protocolOf = (mapping: PortMapping): string => (mapping.protocol ?? 'tcp').toUpperCase()

function claimContainerPort(mapping: PortMapping, container: string, claimed: Set<string>): void {
  const protocol = protocolOf(mapping)
  const port = mapping.containerPort ?? 0
  const claim = `${protocol} ${port} ${mapping.hostPort ?? 0}`
  if (claimed.has(claim)) throw ecsError('containerPortTwice', { protocol, port, container })
  claimed.add(claim)
}

/** Dynamic ports (host port 0, outside of the host's network) are in nobody's way. */
function claimHostPort(mapping: PortMapping, networkMode: string, claimed: Set<string>): void {
  const port = networkMode === 'host' ? (mapping.containerPort ?? 0) : (mapping.hostPort ?? 0)
  if (port === 0) return
  const protocol = protocolOf(mapping)
  const claim = `${protocol} ${port}`
  if (claimed.has(claim)) throw ecsError('hostPortTwice', { protocol, port })
  claimed.add(claim)
}

function claimName({ name }: PortMapping, claimed: Set<string>): void {
  if (name === undefined || name === '') return
  if (claimed.has(name)) throw ecsError('portNameTwice', { name })
  claimed.add(name)
}
