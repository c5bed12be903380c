import type { ContainerOverride, TaskOverride } from '@aws-sdk/client-ecs'
import { ecsError } from '../errors/ecs-error.ts'
import { firstAskedFor, isAskedFor } from '../names/asked-for.ts'
import { CONTAINER_AMOUNT_MAX, isInRange } from '../task-definition/check-number.ts'
import type { TaskDefinitionDocument } from '../task-definition/document.ts'
import { MEMORY_MIB_MIN, parseTaskCpu, parseTaskMemory } from '../task-definition/task-size.ts'

/** ECS's own limit: characters of the overrides as JSON. */
const OVERRIDES_LENGTH_MAX = 8192

/** Overrides that no host can carry out yet. */
const UNAVAILABLE_TASK_OVERRIDES = [
  'ephemeralStorage',
  'inferenceAcceleratorOverrides',
  'taskRoleArn',
] as const
const UNAVAILABLE_CONTAINER_OVERRIDES = ['environmentFiles', 'resourceRequirements'] as const

/**
 * Checks what RunTask and StartTask change about a task definition for one run.
 * @returns the overrides to store; `undefined` when nothing is overridden.
 * @throws {EcsError} about the first override that is wrong or not available.
 */
export function checkOverrides(
  overrides: TaskOverride | undefined,
  document: TaskDefinitionDocument,
): TaskOverride | undefined {
  if (overrides === undefined || !Object.values(overrides).some(isAskedFor)) return undefined
  if (JSON.stringify(overrides).length > OVERRIDES_LENGTH_MAX) throw ecsError('overrideLength')
  const member = firstAskedFor(overrides, UNAVAILABLE_TASK_OVERRIDES)
  if (member !== undefined) refuse(`overrides.${member}`)
  checkTaskSize(overrides)
  const names = new Set(document.containerDefinitions.map(({ name }) => name))
  for (const override of overrides.containerOverrides ?? []) checkContainerOverride(override, names)
  return overrides
}

function checkTaskSize({ cpu, memory }: TaskOverride): void {
  if (cpu !== undefined && parseTaskCpu(cpu) === undefined)
    throw ecsError('overrideTaskSize', { member: 'cpu' })
  if (memory !== undefined && parseTaskMemory(memory) === undefined) {
    throw ecsError('overrideTaskSize', { member: 'memory' })
  }
}

/** Smallest value of each size that an override may change. */
const SIZE_MINIMUMS = { cpu: 0, memory: MEMORY_MIB_MIN, memoryReservation: MEMORY_MIB_MIN } as const

function checkContainerOverride(override: ContainerOverride, names: ReadonlySet<string>): void {
  const container = override.name ?? ''
  if (container === '') throw ecsError('overrideWithoutName')
  if (!names.has(container)) throw ecsError('overrideUnknownContainer', { container })
  const unavailable = firstAskedFor(override, UNAVAILABLE_CONTAINER_OVERRIDES)
  if (unavailable !== undefined) refuse(`overrides.containerOverrides.${unavailable}`)
  for (const member of ['cpu', 'memory', 'memoryReservation'] as const) {
    const range = { minimum: SIZE_MINIMUMS[member], maximum: CONTAINER_AMOUNT_MAX }
    if (!isInRange(override[member] ?? CONTAINER_AMOUNT_MAX, range))
      throw ecsError('overrideSize', { member, container })
  }
  if ((override.environment ?? []).some(({ name = '' }) => name === '' || name.includes('='))) {
    throw ecsError('overrideSize', { member: 'environment', container })
  }
}

function refuse(what: string): never {
  throw ecsError('notSupported', { what: `'${what}'` })
}
