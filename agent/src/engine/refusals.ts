/**
 * Names what a task definition asks for and this agent does not do.
 *
 * A field that is silently dropped is a container that runs otherwise than its owner reads, so everything that is
 * present, says something, and is not on a list here refuses the container by name. Absent, `null`, `false`, zero
 * and empty values say nothing: clients fill them in.
 */
import type { ContainerDefinition, ContainerOverride, TaskDefinition, Volume } from '@aws-sdk/client-ecs'

type FieldNames<T> = ReadonlySet<keyof T & string>

const CONTAINER_FIELDS: FieldNames<ContainerDefinition> = new Set([
  'name',
  'image',
  'cpu',
  'memory',
  'memoryReservation',
  'portMappings',
  'essential',
  'entryPoint',
  'command',
  'environment',
  'mountPoints',
  'linuxParameters',
  'dependsOn',
  'stopTimeout',
  'hostname',
  'user',
  'workingDirectory',
  'privileged',
  'readonlyRootFilesystem',
  'dockerLabels',
  'ulimits',
  'logConfiguration',
  'healthCheck',
] as const)

/** `family` and what follows describe the definition; placement is the scheduler's; the last three are honoured. */
const TASK_FIELDS: FieldNames<TaskDefinition> = new Set([
  'taskDefinitionArn',
  'family',
  'revision',
  'status',
  'registeredAt',
  'registeredBy',
  'deregisteredAt',
  'deleteRequestedAt',
  'requiresAttributes',
  'compatibilities',
  'requiresCompatibilities',
  'placementConstraints',
  'runtimePlatform',
  // Reserved by the scheduler; a container's own limits are what is enforced.
  'cpu',
  'memory',
  // What the role would permit (pulling from ECR, reading secrets) is refused by its own field.
  'executionRoleArn',
  'networkMode',
  'volumes',
  'containerDefinitions',
] as const)

const OVERRIDE_FIELDS: FieldNames<ContainerOverride> = new Set([
  'name',
  'command',
  'environment',
  'cpu',
  'memory',
  'memoryReservation',
] as const)

const NETWORK_MODES = new Set(['bridge', 'host', 'none'])
const LOG_DRIVERS_REFUSED = new Set(['awslogs', 'awsfirelens'])

function says(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return false
  if (typeof value === 'object') return Object.values(value).some((inner) => inner !== undefined)
  return true
}

const unknownFields = (document: object, known: ReadonlySet<string>): string[] =>
  Object.entries(document)
    .filter(([name, value]) => !known.has(name) && says(value))
    .map(([name]) => name)

/** Task-level fields that are not honoured, as `proxyConfiguration`. They refuse every container. */
export function refusedTaskFields(definition: TaskDefinition): string[] {
  const networkMode = definition.networkMode ?? 'bridge'
  return [
    ...unknownFields(definition, TASK_FIELDS),
    ...(NETWORK_MODES.has(networkMode) ? [] : [`networkMode ${networkMode}`]),
  ]
}

/** Override fields that are not honoured for this container. */
export const refusedOverrideFields = (override: ContainerOverride): string[] =>
  unknownFields(override, OVERRIDE_FIELDS).map((name) => `overrides.${name}`)

/** Fields of one container that are not honoured, as `secrets` or `linuxParameters.tmpfs`. */
export function refusedContainerFields(
  container: ContainerDefinition,
  volumes: ReadonlyMap<string, Volume>,
): string[] {
  return [
    ...unknownFields(container, CONTAINER_FIELDS),
    ...unknownFields(container.linuxParameters ?? {}, new Set(['initProcessEnabled'])).map(
      (name) => `linuxParameters.${name}`,
    ),
    ...(container.portMappings ?? [])
      .filter((mapping) => says(mapping.containerPortRange))
      .map(() => 'portMappings.containerPortRange'),
    ...refusedLogFields(container),
    ...(container.mountPoints ?? []).flatMap((mount) => refusedMount(mount.sourceVolume ?? '', volumes)),
  ]
}

function refusedLogFields({ logConfiguration }: ContainerDefinition): string[] {
  if (logConfiguration === undefined) return []
  const driver = logConfiguration.logDriver ?? ''
  return [
    ...(LOG_DRIVERS_REFUSED.has(driver) ? [`logDriver ${driver}`] : []),
    ...(says(logConfiguration.secretOptions) ? ['logConfiguration.secretOptions'] : []),
  ]
}

function refusedMount(name: string, volumes: ReadonlyMap<string, Volume>): string[] {
  const volume = volumes.get(name)
  if (volume === undefined) return [`mountPoints.sourceVolume ${name} without a volume`]
  const others = unknownFields(volume, new Set(['name', 'host'])).map((field) => `volumes.${field}`)
  if (others.length > 0) return others
  return says(volume.host?.sourcePath) ? [] : [`volume ${name} without host.sourcePath`]
}
