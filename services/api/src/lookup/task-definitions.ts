import { ecsError, parseTaskDefinitionReference, type TaskDefinitionReference } from '@homeport/ecs-api'
import { namespaceMemberKey, type Row } from '@homeport/store'
import { TaskDefinitionStatus } from '@homeport/wire/types'
import type { ApiRequest } from '../ports.ts'

/**
 * The task definition that `text` means: `family`, `family:revision` or ARN; a family alone means its latest
 * ACTIVE revision.
 * @throws {EcsError} when it is an ARN of something else.
 */
export function findTaskDefinition(request: ApiRequest, text: string): Row<'taskDefinitions'> | undefined {
  const reference = parseTaskDefinitionReference(text, request.namespace)
  if (reference === undefined || reference.family.includes('/')) return undefined
  return findByReference(request, reference)
}

function findByReference(
  request: ApiRequest,
  { family, revision }: TaskDefinitionReference,
): Row<'taskDefinitions'> | undefined {
  if (revision === undefined) return latestActive(request, family)
  const key = namespaceMemberKey(request.namespace, `${family}:${revision}`)
  return request.ports.state.reader.view.table('taskDefinitions').get(key)
}

/** The ACTIVE revision of a family with the highest number. */
export function latestActive(request: ApiRequest, family: string): Row<'taskDefinitions'> | undefined {
  const { view } = request.ports.state.reader
  const counter = view.table('taskDefinitionFamilies').get(namespaceMemberKey(request.namespace, family))
  for (let revision = counter?.value.latestRevision ?? 0; revision > 0; revision -= 1) {
    const key = namespaceMemberKey(request.namespace, `${family}:${revision}`)
    const row = view.table('taskDefinitions').get(key)
    if (row?.value.status === TaskDefinitionStatus.ACTIVE) return row
  }
  return undefined
}

/**
 * A task definition that tasks can be started from.
 * @throws {EcsError} ClientException when there is none or it was deregistered.
 */
export function requireActiveTaskDefinition(
  request: ApiRequest,
  text: string | undefined,
): Row<'taskDefinitions'> {
  const row = findTaskDefinition(request, text ?? '')
  if (row === undefined) throw ecsError('taskDefinitionMissing')
  if (row.value.status !== TaskDefinitionStatus.ACTIVE) throw ecsError('taskDefinitionInactive')
  return row
}
