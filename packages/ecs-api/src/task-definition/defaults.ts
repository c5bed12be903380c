import type {
  ContainerDefinition,
  PortMapping,
  RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs'
import type { StoredContainer, TaskDefinitionDocument } from './document.ts'
import { requiredAttributeNames } from './required-attributes.ts'
import type { TaskSize } from './task-size.ts'

/** The document of a checked request, with what ECS fills in. */
export function withDefaults(
  input: RegisterTaskDefinitionCommandInput,
  size: TaskSize,
): TaskDefinitionDocument {
  const { tags: _tags, containerDefinitions, family, cpu: _cpu, memory: _memory, ...rest } = input
  const networkMode = input.networkMode ?? 'bridge'
  const containers = (containerDefinitions ?? []).map((container) =>
    containerWithDefaults(container, networkMode),
  )
  const document: TaskDefinitionDocument = {
    family: family ?? '',
    ...rest,
    containerDefinitions: containers,
    volumes: input.volumes ?? [],
    placementConstraints: input.placementConstraints ?? [],
    compatibilities: ['EXTERNAL', 'EC2'],
    ...(size.cpuUnits !== undefined && { cpu: String(size.cpuUnits) }),
    ...(size.memoryMiB !== undefined && { memory: String(size.memoryMiB) }),
  }
  const attributes = requiredAttributeNames(document).map((name) => ({ name }))
  return { ...document, requiresAttributes: attributes }
}

function containerWithDefaults(container: ContainerDefinition, networkMode: string): StoredContainer {
  return {
    ...container,
    name: container.name ?? '',
    image: container.image ?? '',
    cpu: container.cpu ?? 0,
    portMappings: (container.portMappings ?? []).map((mapping) => portWithDefaults(mapping, networkMode)),
    essential: container.essential ?? true,
    environment: container.environment ?? [],
    mountPoints: container.mountPoints ?? [],
    volumesFrom: container.volumesFrom ?? [],
    systemControls: container.systemControls ?? [],
    ...(container.healthCheck !== undefined && {
      healthCheck: { interval: 30, timeout: 5, retries: 3, ...container.healthCheck },
    }),
  }
}

/** In the host's network a port is the same inside and outside; elsewhere 0 means any free one. */
function portWithDefaults(mapping: PortMapping, networkMode: string): PortMapping {
  const hostPort = networkMode === 'host' ? (mapping.containerPort ?? 0) : (mapping.hostPort ?? 0)
  return { ...mapping, hostPort, protocol: mapping.protocol ?? 'tcp' }
}
