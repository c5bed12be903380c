import type { ContainerDefinition, HealthCheck, Ulimit } from '@aws-sdk/client-ecs'
import { ecsError } from '../errors/ecs-error.ts'
import { isResourceName, NAME_LENGTH_MAX } from '../names/resource-names.ts'
import { CONTAINER_AMOUNT_MAX, isInRange, type NumberRange } from './check-number.ts'
import { MEMORY_MIB_MIN } from './task-size.ts'

/** What of the task definition decides whether a container is valid. */
export interface ContainerSurroundings {
  /** MiB; absent: the containers' own settings decide. */
  readonly taskMemoryMiB: number | undefined
  readonly networkMode: string
}

const IMAGE_LENGTH_MAX = 1024
/** A reference may hold letters, digits and these; placeholders that a pipeline forgot to fill in may not. */
const IMAGE = /^[a-zA-Z0-9_.:/@#-]+$/

/**
 * Checks what a container says of itself, without its ports, mounts and dependencies.
 * @throws {EcsError} about the first member that is wrong.
 */
export function checkContainer(container: ContainerDefinition, surroundings: ContainerSurroundings): void {
  checkName(container.name ?? '')
  checkImage(container.image ?? '')
  checkCpu(container)
  checkMemory(container, surroundings.taskMemoryMiB)
  checkEnvironment(container)
  checkNetworking(container, surroundings.networkMode)
  for (const ulimit of container.ulimits ?? []) checkUlimit(ulimit, container.name ?? '')
  if (container.healthCheck !== undefined) checkHealthCheck(container.healthCheck, container.name ?? '')
  checkTimeouts(container)
}

function checkName(name: string): void {
  if (name === '') throw ecsError('containerNameBlank')
  if (name.length > NAME_LENGTH_MAX) throw ecsError('containerNameLength')
  if (!isResourceName(name)) throw ecsError('containerNameCharacters')
}

function checkImage(image: string): void {
  if (image.trim() === '') throw ecsError('containerImageBlank')
  if (image.length > IMAGE_LENGTH_MAX) throw ecsError('containerImageLength')
  if (!IMAGE.test(image)) throw ecsError('containerImageCharacters')
}

function checkCpu({ name = '', cpu }: ContainerDefinition): void {
  if (cpu !== undefined && !isInRange(cpu, { minimum: 0, maximum: CONTAINER_AMOUNT_MAX })) {
    throw ecsError('containerSetting', { member: 'cpu', container: name })
  }
}

function checkMemory(container: ContainerDefinition, taskMemoryMiB: number | undefined): void {
  const { name = '', memory, memoryReservation } = container
  if (memory === undefined && memoryReservation === undefined && taskMemoryMiB === undefined) {
    throw ecsError('containerMemoryMissing', { container: name })
  }
  const memberMaximum = taskMemoryMiB ?? CONTAINER_AMOUNT_MAX
  checkMemoryMember(container, 'memory', memberMaximum)
  checkMemoryMember(container, 'memoryReservation', memberMaximum)
  if ((memoryReservation ?? 0) > (memory ?? CONTAINER_AMOUNT_MAX)) {
    throw ecsError('containerMemoryOrder', { container: name })
  }
}

function checkMemoryMember(
  container: ContainerDefinition,
  member: 'memory' | 'memoryReservation',
  maximum: number,
): void {
  const value = container[member]
  const values = { container: container.name ?? '', member }
  if (value === undefined) return
  if (value < MEMORY_MIB_MIN) throw ecsError('containerMemoryMinimum', values)
  if (!isInRange(value, { minimum: MEMORY_MIB_MIN, maximum: CONTAINER_AMOUNT_MAX })) {
    throw ecsError('containerSetting', values)
  }
  if (value > maximum) throw ecsError('taskMemoryExceeded', values)
}

function checkEnvironment({ name = '', environment }: ContainerDefinition): void {
  for (const variable of environment ?? []) {
    if (variable.name === undefined || variable.name === '' || variable.name.includes('=')) {
      throw ecsError('containerSetting', { member: 'environment', container: name })
    }
  }
}

function checkNetworking({ hostname, links }: ContainerDefinition, networkMode: string): void {
  const isBridge = networkMode === '' || networkMode === 'bridge'
  if (isBridge) return
  if (links !== undefined && links.length > 0) throw ecsError('linksNetworkMode', { networkMode })
  if (hostname !== undefined && hostname !== '') throw ecsError('hostnameNetworkMode', { networkMode })
}

/** Docker takes -1 for "no limit". */
const ULIMIT_RANGE: NumberRange = { minimum: -1, maximum: Number.MAX_SAFE_INTEGER }

function checkUlimit(
  { softLimit = Number.NaN, hardLimit = Number.NaN, name }: Ulimit,
  container: string,
): void {
  const isValid = isInRange(softLimit, ULIMIT_RANGE) && isInRange(hardLimit, ULIMIT_RANGE)
  if (!isValid || (hardLimit >= 0 && (softLimit > hardLimit || softLimit < 0))) {
    throw ecsError('containerSettingRange', {
      member: 'ulimits',
      container,
      problem: `The soft limit of ${name ?? ''} must not be greater than its hard limit`,
    })
  }
}

const HEALTH_CHECK_RANGES: Readonly<Record<'interval' | 'timeout' | 'retries' | 'startPeriod', NumberRange>> =
  {
    interval: { minimum: 5, maximum: 300 },
    timeout: { minimum: 2, maximum: 60 },
    retries: { minimum: 1, maximum: 10 },
    startPeriod: { minimum: 0, maximum: 300 },
  }

function checkHealthCheck(check: HealthCheck, container: string): void {
  const [form, ...rest] = check.command ?? []
  const hasCommand = (form === 'CMD' || form === 'CMD-SHELL') && rest.length > 0
  if (!hasCommand && form !== 'NONE') {
    throw ecsError('containerSettingRange', {
      member: 'healthCheck.command',
      container,
      problem: 'It must start with CMD or CMD-SHELL',
    })
  }
  for (const [member, range] of Object.entries(HEALTH_CHECK_RANGES)) {
    const value = check[member as keyof typeof HEALTH_CHECK_RANGES]
    if (value === undefined || isInRange(value, range)) continue
    throw ecsError('containerSettingRange', {
      member: `healthCheck.${member}`,
      container,
      problem: `It must be between ${range.minimum} and ${range.maximum}`,
    })
  }
}

/** Seconds; the agent kills a container that has not stopped by then. */
const STOP_TIMEOUT_RANGE: NumberRange = { minimum: 0, maximum: 120 }

function checkTimeouts({ name = '', stopTimeout }: ContainerDefinition): void {
  if (stopTimeout !== undefined && !isInRange(stopTimeout, STOP_TIMEOUT_RANGE)) {
    throw ecsError('containerSettingRange', {
      member: 'stopTimeout',
      container: name,
      problem: `It must be between ${STOP_TIMEOUT_RANGE.minimum} and ${STOP_TIMEOUT_RANGE.maximum}`,
    })
  }
}
