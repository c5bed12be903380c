import type { ContainerInstance, ContainerInstanceField, Resource } from '@aws-sdk/client-ecs'
import { containerInstanceArn, type HostPort, remainingResources } from '@homeport/domain'
import type { Row } from '@homeport/store'
import {
  ContainerInstanceStatus,
  type ContainerInstance as StoredInstance,
  TransportProtocol,
} from '@homeport/wire/types'
import type { ApiRequest } from '../ports.ts'
import { tagsOf } from './tags-view.ts'
import { dateOf } from './times.ts'

const STATUS_NAMES: Readonly<Record<ContainerInstanceStatus, string>> = {
  [ContainerInstanceStatus.UNSPECIFIED]: 'REGISTERING',
  [ContainerInstanceStatus.REGISTERING]: 'REGISTERING',
  [ContainerInstanceStatus.ACTIVE]: 'ACTIVE',
  [ContainerInstanceStatus.DRAINING]: 'DRAINING',
  [ContainerInstanceStatus.INACTIVE]: 'INACTIVE',
}

/** The status of an instance in ECS's words. */
export const instanceStatusOf = ({ status }: StoredInstance): string => STATUS_NAMES[status] ?? 'REGISTERING'

/** A container instance as ECS shows it; what remains is derived from the tasks bound to it. */
export function containerInstanceView(
  request: ApiRequest,
  row: Row<'containerInstances'>,
  include: readonly ContainerInstanceField[] = [],
): ContainerInstance {
  const instance = row.value
  const { runningCount, pendingCount } = request.ports.counts.ofInstance(row.key)
  return {
    containerInstanceArn: containerInstanceArn(instance, instance.cluster, instance.instanceId),
    ec2InstanceId: instance.externalId,
    version: row.version,
    versionInfo: {
      agentVersion: instance.agentVersion,
      agentHash: instance.agentHash,
      dockerVersion: instance.dockerVersion,
    },
    ...resourceMembers(request, row),
    status: instanceStatusOf(instance),
    agentConnected: instance.agentConnected,
    runningTasksCount: runningCount,
    pendingTasksCount: pendingCount,
    attributes: instance.attributes.map(({ name, value }) => (value === '' ? { name } : { name, value })),
    registeredAt: dateOf(instance.registeredAtMs),
    attachments: [],
    tags: include.includes('TAGS') ? tagsOf(instance.tags) : [],
  }
}

function resourceMembers(
  request: ApiRequest,
  { key, value: { resources } }: Row<'containerInstances'>,
): Pick<ContainerInstance, 'registeredResources' | 'remainingResources'> {
  if (resources === undefined) return { registeredResources: [], remainingResources: [] }
  const held = [...request.ports.state.reader.view.table('tasks').find('boundInstance', key)].flatMap(
    ({ value }) => value.spec?.requirements ?? [],
  )
  const remaining = remainingResources(resources, held)
  const gpuIds = resources.gpuIds.slice(0, Math.max(remaining.gpuCount, 0))
  return {
    registeredResources: resourceList({ ...resources, takenPorts: resources.reservedPorts }),
    remainingResources: resourceList({ ...remaining, gpuIds }),
  }
}

interface ShownResources {
  readonly cpuUnits: number
  readonly memoryMib: number
  readonly takenPorts: readonly HostPort[]
  readonly gpuIds: readonly string[]
}

/** ECS's odd list: PORTS are those taken, in both what is registered and what remains. */
function resourceList({ cpuUnits, memoryMib, takenPorts, gpuIds }: ShownResources): Resource[] {
  const resources = [
    integerResource('CPU', cpuUnits),
    integerResource('MEMORY', memoryMib),
    setResource('PORTS', portsOf(takenPorts, TransportProtocol.TCP)),
    setResource('PORTS_UDP', portsOf(takenPorts, TransportProtocol.UDP)),
  ]
  return gpuIds.length === 0 ? resources : [...resources, setResource('GPU', [...gpuIds])]
}

const integerResource = (name: string, integerValue: number): Resource => ({
  name,
  type: 'INTEGER',
  doubleValue: 0,
  longValue: 0,
  integerValue,
})

const setResource = (name: string, stringSetValue: string[]): Resource => ({
  name,
  type: 'STRINGSET',
  doubleValue: 0,
  longValue: 0,
  integerValue: 0,
  stringSetValue,
})

const portsOf = (ports: readonly HostPort[], protocol: TransportProtocol): string[] =>
  ports.filter((port) => port.protocol === protocol).map(({ port }) => String(port))
