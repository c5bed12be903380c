import { invariant } from '@homeport/base'

/** What is known of a container before it exists; the shape of the protobuf message `ContainerSpec`. */
export interface ContainerSpecification {
  readonly name: string
  readonly image: string
  /** 1,024 = one vCPU; 0: none reserved. */
  readonly cpuUnits: number
  /** Hard limit in MiB; 0: none. */
  readonly memoryMib: number
  /** Soft limit in MiB; 0: none. */
  readonly memoryReservationMib: number
}

/**
 * The containers of a stored task definition, in its order.
 * @param document ECS JSON with `containerDefinitions`, as the API stored it after validation.
 * @throws {InvariantError} when the document has no list of containers.
 */
export function containerSpecsOf(document: string): ContainerSpecification[] {
  const definition: unknown = JSON.parse(document)
  const containers = isRecord(definition) ? definition['containerDefinitions'] : undefined
  invariant(
    Array.isArray(containers),
    'Cannot read task definition: containerDefinitions must be a list, received none',
  )
  return containers.filter(isRecord).map((container) => ({
    name: textOf(container['name']),
    image: textOf(container['image']),
    cpuUnits: numberOf(container['cpu']),
    memoryMib: numberOf(container['memory']),
    memoryReservationMib: numberOf(container['memoryReservation']),
  }))
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)
