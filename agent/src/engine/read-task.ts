/** Turns the ECS JSON of an assignment into what this host is to run. Pure. */
import type {
  ContainerDefinition,
  ContainerOverride,
  KeyValuePair,
  MountPoint,
  TaskDefinition,
  TaskOverride,
  Volume,
} from '@aws-sdk/client-ecs'
import type { TaskAssignment } from './assignment.ts'
import type { ContainerBlueprint, Dependency, TaskBlueprint } from './blueprint.ts'
import type { ContainerSpec, HealthCheckSpec, PortSpec } from './container-runtime.ts'
import { engineName, ownLabels } from './labels.ts'
import { refusedContainerFields, refusedOverrideFields, refusedTaskFields } from './refusals.ts'

/** Fewer CPU shares than this the kernel does not know. */
const CPU_SHARES_MIN = 2
const BYTES_PER_MIB = 1024 * 1024
const MS_PER_SECOND = 1000
/** ECS's own limit of `stopTimeout`. */
const STOP_TIMEOUT_MAX_SECONDS = 120
/** Docker's defaults, which are ECS's too. */
const HEALTH_CHECK_DEFAULTS = { intervalSeconds: 30, timeoutSeconds: 5, retries: 3 }

/** What of the host's configuration shapes a container. */
export interface ReadTaskOptions {
  /** Written on every container. */
  readonly installationId: string
  /** For containers that name none, 0 to 120. */
  readonly stopTimeoutSeconds: number
}

/** The blueprint of an assignment, or why its documents cannot be read, in ECS's words. */
export function readTask(
  assignment: TaskAssignment,
  options: ReadTaskOptions,
): TaskBlueprint | { readonly unreadable: string } {
  let definition: TaskDefinition
  let overrides: TaskOverride
  try {
    definition = JSON.parse(assignment.taskDefinition) as TaskDefinition
    overrides = (assignment.overrides === '' ? {} : JSON.parse(assignment.overrides)) as TaskOverride
  } catch (error) {
    return { unreadable: `CannotCreateContainerError: ${String(error)}` }
  }
  const context: TaskContext = {
    assignment,
    definition,
    options,
    refused: refusedTaskFields(definition),
    volumes: new Map((definition.volumes ?? []).map((volume) => [volume.name ?? '', volume])),
  }
  const overrideOf = new Map((overrides.containerOverrides ?? []).map((item) => [item.name, item]))
  const containers = (definition.containerDefinitions ?? []).map((container) =>
    readContainer(context, container, overrideOf.get(container.name) ?? {}),
  )
  return { containers }
}

interface TaskContext {
  readonly assignment: TaskAssignment
  readonly definition: TaskDefinition
  readonly options: ReadTaskOptions
  readonly refused: readonly string[]
  readonly volumes: ReadonlyMap<string, Volume>
}

function readContainer(
  context: TaskContext,
  container: ContainerDefinition,
  override: ContainerOverride,
): ContainerBlueprint {
  const refused = [
    ...context.refused,
    ...refusedContainerFields(container, context.volumes),
    ...refusedOverrideFields(override),
  ]
  const isInHostNetwork = context.definition.networkMode === 'host'
  return {
    name: container.name ?? '',
    image: container.image ?? '',
    isEssential: container.essential ?? true,
    dependsOn: (container.dependsOn ?? []).map(
      (dependency): Dependency => ({
        container: dependency.containerName ?? '',
        condition: dependency.condition ?? 'START',
      }),
    ),
    stopTimeoutSeconds: Math.min(
      container.stopTimeout ?? context.options.stopTimeoutSeconds,
      STOP_TIMEOUT_MAX_SECONDS,
    ),
    spec:
      refused.length === 0
        ? containerSpec(context, container, override)
        : { refusal: `CannotCreateContainerError: not supported by this agent: ${refused.join(', ')}` },
    hostNetworkPorts: isInHostNetwork
      ? portsOf(container).map((port) => ({ ...port, hostPort: port.containerPort }))
      : [],
  }
}

function containerSpec(
  context: TaskContext,
  container: ContainerDefinition,
  override: ContainerOverride,
): ContainerSpec {
  const { assignment, definition, options, volumes } = context
  const name = container.name ?? ''
  const networkMode = (definition.networkMode ?? 'bridge') as ContainerSpec['networkMode']
  return {
    ...imageOverrides(container, override),
    ...resourcesOf(container, override),
    name: engineName(assignment, name),
    image: container.image ?? '',
    environment: mergedEnvironment(container.environment, override.environment),
    labels: { ...container.dockerLabels, ...ownLabels(assignment, name, options.installationId) },
    networkMode,
    ports: networkMode === 'bridge' ? portsOf(container) : [],
    binds: (container.mountPoints ?? []).map((mount) => bindOf(mount, volumes)),
    isPrivileged: container.privileged ?? false,
    isRootFilesystemReadOnly: container.readonlyRootFilesystem ?? false,
    hasInitProcess: container.linuxParameters?.initProcessEnabled ?? false,
    ...(container.healthCheck !== undefined && { healthCheck: healthCheckSpec(container.healthCheck) }),
    ...(container.logConfiguration !== undefined && { log: logOf(container.logConfiguration) }),
  }
}

/** What takes the place of the image's own settings; absent where the image decides. */
function imageOverrides(
  container: ContainerDefinition,
  override: ContainerOverride,
): Pick<ContainerSpec, 'command' | 'entryPoint' | 'workingDirectory' | 'user' | 'hostname'> {
  const command = override.command ?? container.command
  const { entryPoint, workingDirectory, user, hostname } = container
  return {
    ...(isPresent(command) && { command }),
    ...(isPresent(entryPoint) && { entryPoint }),
    ...(isPresent(workingDirectory) && { workingDirectory }),
    ...(isPresent(user) && { user }),
    ...(isPresent(hostname) && { hostname }),
  }
}

function resourcesOf(
  container: ContainerDefinition,
  override: ContainerOverride,
): Pick<ContainerSpec, 'cpuShares' | 'memoryBytes' | 'memoryReservationBytes' | 'ulimits'> {
  const mib = (value: number | undefined): number => (value ?? 0) * BYTES_PER_MIB
  return {
    cpuShares: Math.max(override.cpu ?? container.cpu ?? 0, CPU_SHARES_MIN),
    memoryBytes: mib(override.memory ?? container.memory),
    memoryReservationBytes: mib(override.memoryReservation ?? container.memoryReservation),
    ulimits: (container.ulimits ?? []).map(({ name = '', softLimit = 0, hardLimit = 0 }) => ({
      name,
      soft: softLimit,
      hard: hardLimit,
    })),
  }
}

const logOf = (
  log: NonNullable<ContainerDefinition['logConfiguration']>,
): NonNullable<ContainerSpec['log']> => ({
  driver: log.logDriver ?? '',
  options: log.options ?? {},
})

/** Clients send empty texts and lists for what they leave to the image. */
const isPresent = <T extends string | readonly string[]>(value: T | undefined): value is T =>
  value !== undefined && value.length > 0

/** By name, the override's value winning; both lists keep their order. */
function mergedEnvironment(
  defined: readonly KeyValuePair[] | undefined,
  overriding: readonly KeyValuePair[] | undefined,
): string[] {
  const values = new Map<string, string>()
  for (const { name, value } of [...(defined ?? []), ...(overriding ?? [])]) {
    values.set(name ?? '', value ?? '')
  }
  return [...values].map(([name, value]) => `${name}=${value}`)
}

const portsOf = (container: ContainerDefinition): PortSpec[] =>
  (container.portMappings ?? []).map((mapping) => ({
    containerPort: mapping.containerPort ?? 0,
    hostPort: mapping.hostPort ?? 0,
    protocol: mapping.protocol ?? 'tcp',
  }))

function bindOf(mount: MountPoint, volumes: ReadonlyMap<string, Volume>): string {
  const source = volumes.get(mount.sourceVolume ?? '')?.host?.sourcePath ?? ''
  return `${source}:${mount.containerPath ?? ''}${mount.readOnly === true ? ':ro' : ''}`
}

const healthCheckSpec = (check: NonNullable<ContainerDefinition['healthCheck']>): HealthCheckSpec => ({
  test: check.command ?? [],
  intervalMs: (check.interval ?? HEALTH_CHECK_DEFAULTS.intervalSeconds) * MS_PER_SECOND,
  timeoutMs: (check.timeout ?? HEALTH_CHECK_DEFAULTS.timeoutSeconds) * MS_PER_SECOND,
  retries: check.retries ?? HEALTH_CHECK_DEFAULTS.retries,
  startPeriodMs: (check.startPeriod ?? 0) * MS_PER_SECOND,
})
