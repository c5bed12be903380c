import type { ContainerDefinition, Volume } from '@aws-sdk/client-ecs'
import { ecsError } from '../errors/ecs-error.ts'
import { isResourceName } from '../names/resource-names.ts'

/**
 * Checks the volumes of a task definition and that containers mount only these.
 * @throws {EcsError} about the first volume or mount that is wrong.
 */
export function checkVolumes(volumes: readonly Volume[], containers: readonly ContainerDefinition[]): void {
  const names = new Set<string>()
  for (const volume of volumes) {
    checkVolume(volume)
    const name = volume.name ?? ''
    if (names.has(name)) throw ecsError('volumeDuplicate', { volume: name })
    names.add(name)
  }
  for (const container of containers) {
    for (const mount of container.mountPoints ?? []) {
      const { sourceVolume = '', containerPath = '' } = mount
      if (!names.has(sourceVolume)) throw ecsError('mountVolumeUnknown', { volume: sourceVolume })
      if (containerPath === '') {
        throw ecsError('containerSetting', { member: 'mountPoints', container: container.name ?? '' })
      }
    }
  }
}

function checkVolume({ name = '', host }: Volume): void {
  if (name === '') throw ecsError('volumeNameBlank')
  if (!isResourceName(name)) throw ecsError('volumeNameCharacters')
  const sourcePath = host?.sourcePath ?? ''
  if (sourcePath !== '' && (!sourcePath.startsWith('/') || sourcePath.includes(':'))) {
    throw ecsError('volumeSetting', {
      volume: name,
      problem: 'host.sourcePath must be an absolute path without a colon',
    })
  }
}
