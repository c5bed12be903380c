/**
 * From a RegisterTaskDefinition request to the document that is stored: every rule of ECS in ECS's order of
 * complaint (the task as a whole, each container, then what containers have to do with each other), then
 * ECS's defaults.
 *
 * Rejected: collecting all complaints. ECS answers one, and tools match its text.
 */
import type {
  ContainerDefinition,
  RegisterTaskDefinitionCommandInput,
  TaskDefinitionPlacementConstraint,
} from '@aws-sdk/client-ecs'
import { parseClusterQuery } from '@homeport/domain'
import { ecsError } from '../errors/ecs-error.ts'
import { isResourceName, NAME_LENGTH_MAX } from '../names/resource-names.ts'
import { checkContainer } from './check-container.ts'
import { checkDependencies } from './check-dependencies.ts'
import { checkPorts } from './check-ports.ts'
import { checkVolumes } from './check-volumes.ts'
import { withDefaults } from './defaults.ts'
import type { TaskDefinitionDocument } from './document.ts'
import { parseTaskCpu, parseTaskMemory, type TaskSize } from './task-size.ts'
import { refuseUnavailable } from './unavailable.ts'

/** ECS's quota of containers in a task definition. */
export const CONTAINERS_MAX = 10

/** ECS's quota of a task definition's size. */
export const DEFINITION_BYTES_MAX = 65_536

/** ECS's quota of placement constraints. */
const CONSTRAINTS_MAX = 10

/**
 * Checks a request and fills in ECS's defaults.
 * @throws {EcsError} in ECS's words about the first thing that is wrong or not available.
 */
export function registerTaskDefinition(input: RegisterTaskDefinitionCommandInput): TaskDefinitionDocument {
  checkFamily(input.family ?? '')
  const containers = input.containerDefinitions ?? []
  checkContainerList(containers)
  refuseUnavailable(input)
  const size = taskSizeOf(input)
  const surroundings = { taskMemoryMiB: size.memoryMiB, networkMode: input.networkMode ?? 'bridge' }
  for (const container of containers) checkContainer(container, surroundings)
  checkUniqueNames(containers)
  if (containers.every((container) => container.essential === false)) throw ecsError('essentialMissing')
  checkTotals(containers, size)
  checkPorts(containers, surroundings.networkMode)
  checkVolumes(input.volumes ?? [], containers)
  checkDependencies(containers)
  for (const constraint of checkConstraintCount(input.placementConstraints ?? [])) checkConstraint(constraint)
  const document = withDefaults(input, size)
  checkLength(document)
  return document
}

function checkFamily(family: string): void {
  if (family === '') throw ecsError('familyBlank')
  if (family.length > NAME_LENGTH_MAX) throw ecsError('familyLength')
  if (!isResourceName(family)) throw ecsError('familyCharacters')
}

function checkContainerList(containers: readonly ContainerDefinition[]): void {
  if (containers.length === 0) throw ecsError('containersMissing')
  if (containers.length > CONTAINERS_MAX) throw ecsError('containersTooMany')
}

function checkUniqueNames(containers: readonly ContainerDefinition[]): void {
  const names = new Set<string>()
  for (const { name = '' } of containers) {
    if (names.has(name)) throw ecsError('containerNameDuplicate', { name })
    names.add(name)
  }
}

function taskSizeOf({ cpu, memory }: RegisterTaskDefinitionCommandInput): TaskSize {
  const cpuUnits = cpu === undefined ? undefined : parseTaskCpu(cpu)
  if (cpu !== undefined && cpuUnits === undefined) throw ecsError('taskSize', { member: 'cpu' })
  const memoryMiB = memory === undefined ? undefined : parseTaskMemory(memory)
  if (memory !== undefined && memoryMiB === undefined) throw ecsError('taskSize', { member: 'memory' })
  return { cpuUnits, memoryMiB }
}

const sum = (values: readonly (number | undefined)[]): number =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0)

function checkTotals(containers: readonly ContainerDefinition[], size: TaskSize): void {
  if (size.cpuUnits !== undefined && sum(containers.map(({ cpu }) => cpu)) > size.cpuUnits) {
    throw ecsError('taskCpuExceeded')
  }
  const reservedMiB = sum(containers.map(({ memoryReservation }) => memoryReservation))
  if (size.memoryMiB !== undefined && reservedMiB > size.memoryMiB) throw ecsError('reservationsExceeded')
}

function checkConstraintCount(
  constraints: readonly TaskDefinitionPlacementConstraint[],
): readonly TaskDefinitionPlacementConstraint[] {
  if (constraints.length <= CONSTRAINTS_MAX) return constraints
  throw ecsError('definitionConstraint', { problem: `at most ${CONSTRAINTS_MAX} are allowed` })
}

function checkConstraint({ type, expression = '' }: TaskDefinitionPlacementConstraint): void {
  if (type !== 'memberOf') throw ecsError('definitionConstraint', { problem: 'the type must be memberOf' })
  if (expression === '') throw ecsError('definitionConstraint', { problem: 'memberOf needs an expression' })
  const parsed = parseClusterQuery(expression)
  if (parsed.kind === 'invalid') throw ecsError('definitionQuery', { problem: parsed.message })
}

function checkLength(document: TaskDefinitionDocument): void {
  const actual = new TextEncoder().encode(JSON.stringify(document)).length
  if (actual > DEFINITION_BYTES_MAX) throw ecsError('definitionLength', { actual })
}
