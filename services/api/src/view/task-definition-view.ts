import { taskDefinitionArn } from '@homeport/domain'
import type { Row } from '@homeport/store'
import { TaskDefinitionStatus } from '@homeport/wire/types'

const STATUS_NAMES: Readonly<Record<TaskDefinitionStatus, string>> = {
  [TaskDefinitionStatus.UNSPECIFIED]: 'INACTIVE',
  [TaskDefinitionStatus.ACTIVE]: 'ACTIVE',
  [TaskDefinitionStatus.INACTIVE]: 'INACTIVE',
  [TaskDefinitionStatus.DELETE_IN_PROGRESS]: 'DELETE_IN_PROGRESS',
}

const MS_PER_SECOND = 1000

/**
 * A task definition as the JSON that ECS answers. The stored document is already that JSON but for what is
 * known only of the revision, so the two are joined as texts: no answer decodes a document.
 */
export function taskDefinitionJson(row: Row<'taskDefinitions'>): string {
  const definition = row.value
  const revision = {
    taskDefinitionArn: taskDefinitionArn(definition, `${definition.family}:${definition.revision}`),
    revision: definition.revision,
    status: STATUS_NAMES[definition.status],
    registeredAt: definition.registeredAtMs / MS_PER_SECOND,
    registeredBy: definition.registeredBy,
    ...(definition.deregisteredAtMs !== 0 && { deregisteredAt: definition.deregisteredAtMs / MS_PER_SECOND }),
    ...(definition.deleteRequestedAtMs !== 0 && {
      deleteRequestedAt: definition.deleteRequestedAtMs / MS_PER_SECOND,
    }),
  }
  return `${JSON.stringify(revision).slice(0, -1)},${definition.document.slice(1)}`
}
