/**
 * What ECS knows of task definitions and Homeport's agent cannot do yet. Asking for one of these is refused,
 * so that nothing is silently left out; docs/reference/differences.md lists them.
 * An agent refuses the same members once more, so a member leaves these lists only together with the agent's.
 */
import type {
  ContainerDefinition,
  LogConfiguration,
  RegisterTaskDefinitionCommandInput,
  Volume,
} from '@aws-sdk/client-ecs'
import { ecsError } from '../errors/ecs-error.ts'
import { firstAskedFor, isAskedFor } from '../names/asked-for.ts'

/** Members of a task definition. */
export const UNAVAILABLE_DEFINITION_MEMBERS: readonly (keyof RegisterTaskDefinitionCommandInput)[] = [
  'enableFaultInjection',
  'ephemeralStorage',
  'inferenceAccelerators',
  'ipcMode',
  'pidMode',
  'proxyConfiguration',
  'taskRoleArn',
]

/** Members of a container definition. */
export const UNAVAILABLE_CONTAINER_MEMBERS: readonly (keyof ContainerDefinition)[] = [
  'credentialSpecs',
  'disableNetworking',
  'dnsSearchDomains',
  'dnsServers',
  'dockerSecurityOptions',
  'environmentFiles',
  'extraHosts',
  'firelensConfiguration',
  'interactive',
  'links',
  'pseudoTerminal',
  'repositoryCredentials',
  'resourceRequirements',
  'restartPolicy',
  'secrets',
  'startTimeout',
  'systemControls',
  'versionConsistency',
  'volumesFrom',
]

/** Members of `linuxParameters`. */
export const UNAVAILABLE_LINUX_PARAMETERS = [
  'capabilities',
  'devices',
  'maxSwap',
  'sharedMemorySize',
  'swappiness',
  'tmpfs',
] as const

/** Members of a volume. */
export const UNAVAILABLE_VOLUME_MEMBERS: readonly (keyof Volume)[] = [
  'configuredAtLaunch',
  'dockerVolumeConfiguration',
  'efsVolumeConfiguration',
  'fsxWindowsFileServerVolumeConfiguration',
  's3filesVolumeConfiguration',
]

/** Log drivers that need more than the engine of the host. */
export const UNAVAILABLE_LOG_DRIVERS: readonly string[] = ['awsfirelens', 'awslogs']

const refuse = (what: string): never => {
  throw ecsError('definitionUnavailable', { what })
}

/**
 * Refuses what no host can do yet.
 * @throws {EcsError} naming the first such member.
 */
export function refuseUnavailable(input: RegisterTaskDefinitionCommandInput): void {
  const member = firstAskedFor(input, UNAVAILABLE_DEFINITION_MEMBERS)
  if (member !== undefined) refuse(`'${member}'`)
  if (input.networkMode === 'awsvpc') refuse("the network mode 'awsvpc'")
  refusePlatform(input)
  for (const container of input.containerDefinitions ?? []) refuseContainer(container)
  for (const volume of input.volumes ?? []) refuseVolume(volume)
}

function refusePlatform(input: RegisterTaskDefinitionCommandInput): void {
  for (const compatibility of input.requiresCompatibilities ?? []) {
    if (compatibility !== 'EC2' && compatibility !== 'EXTERNAL')
      refuse(`the compatibility '${compatibility}'`)
  }
  const system = input.runtimePlatform?.operatingSystemFamily
  if (system !== undefined && system !== 'LINUX') refuse(`the operating system family '${system}'`)
}

function refuseContainer(container: ContainerDefinition): void {
  const of = `of container '${container.name ?? ''}'`
  const member = firstAskedFor(container, UNAVAILABLE_CONTAINER_MEMBERS)
  if (member !== undefined) refuse(`'${member}' ${of}`)
  const linuxParameter = firstAskedFor(container.linuxParameters, UNAVAILABLE_LINUX_PARAMETERS)
  if (linuxParameter !== undefined) refuse(`'linuxParameters.${linuxParameter}' ${of}`)
  if ((container.portMappings ?? []).some((port) => isAskedFor(port.containerPortRange))) {
    refuse(`'portMappings.containerPortRange' ${of}`)
  }
  refuseLog(container.logConfiguration, of)
}

function refuseLog(log: LogConfiguration | undefined, of: string): void {
  if (log?.logDriver !== undefined && UNAVAILABLE_LOG_DRIVERS.includes(log.logDriver)) {
    refuse(`the log driver '${log.logDriver}' ${of}`)
  }
  if (isAskedFor(log?.secretOptions)) refuse(`'logConfiguration.secretOptions' ${of}`)
}

function refuseVolume(volume: Volume): void {
  const of = `of volume '${volume.name ?? ''}'`
  const member = firstAskedFor(volume, UNAVAILABLE_VOLUME_MEMBERS)
  if (member !== undefined) refuse(`'${member}' ${of}`)
  if (!isAskedFor(volume.host?.sourcePath)) refuse(`a missing 'host.sourcePath' ${of}`)
}
