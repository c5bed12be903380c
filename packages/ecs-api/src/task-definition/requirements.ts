import type { TaskOverride } from '@aws-sdk/client-ecs'
import type { HostPort, Requirements } from '@homeport/domain'
import type { StoredContainer, TaskDefinitionDocument } from './document.ts'
import { requiredAttributeNames } from './required-attributes.ts'
import { parseTaskCpu, parseTaskMemory } from './task-size.ts'

/** As in protobuf's `TransportProtocol`. */
const PROTOCOL_NUMBERS = { tcp: 1, udp: 2 } as const

/**
 * What a task of `document` reserves, with `overrides` applied. CPU and memory are the task-level settings where
 * there are any, else the sum over the containers; a container counts with its soft memory limit where it has
 * one, else with its hard limit, as in ECS.
 */
export function requirementsOf(document: TaskDefinitionDocument, overrides: TaskOverride = {}): Requirements {
  const cpu = overrides.cpu ?? document.cpu
  const memory = overrides.memory ?? document.memory
  const containers = containerSizesOf(document, overrides)
  return {
    cpuUnits:
      (cpu === undefined ? undefined : parseTaskCpu(cpu)) ?? sum(containers.map(({ cpuUnits }) => cpuUnits)),
    memoryMib:
      (memory === undefined ? undefined : parseTaskMemory(memory)) ??
      sum(containers.map(({ memoryReservationMiB, memoryMiB }) => memoryReservationMiB ?? memoryMiB ?? 0)),
    hostPorts: document.containerDefinitions.flatMap(fixedPorts),
    requiredAttributes: requiredAttributeNames(document),
    gpuCount: 0,
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** A container's sizes with its override applied. */
export interface ContainerSizes {
  readonly name: string
  readonly image: string
  readonly cpuUnits: number
  /** Absent: no hard limit. */
  readonly memoryMiB: number | undefined
  /** Absent: no soft limit. */
  readonly memoryReservationMiB: number | undefined
}

function overridden(container: StoredContainer, overrides: TaskOverride): ContainerSizes {
  const override = overrides.containerOverrides?.find(({ name }) => name === container.name)
  return {
    name: container.name,
    image: container.image,
    cpuUnits: override?.cpu ?? container.cpu,
    memoryMiB: override?.memory ?? container.memory,
    memoryReservationMiB: override?.memoryReservation ?? container.memoryReservation,
  }
}

/** The sizes of every container of a task, in the order of the task definition. */
export const containerSizesOf = (
  document: TaskDefinitionDocument,
  overrides: TaskOverride = {},
): ContainerSizes[] => document.containerDefinitions.map((container) => overridden(container, overrides))

const fixedPorts = ({ portMappings = [] }: StoredContainer): HostPort[] =>
  portMappings.flatMap(({ hostPort = 0, protocol = 'tcp' }) =>
    hostPort === 0 ? [] : [{ port: hostPort, protocol: PROTOCOL_NUMBERS[protocol] }],
  )
