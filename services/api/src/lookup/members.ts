import {
  ecsError,
  parseContainerInstanceReference,
  parseServiceReference,
  parseTaskReference,
} from '@homeport/ecs-api'
import { type ClusterScope, clusterKey, clusterMemberKey, type Row } from '@homeport/store'
import { ContainerInstanceStatus } from '@homeport/wire/types'
import type { ApiRequest } from '../ports.ts'

/** Something that a request named: its id or name, and its row when it exists. */
export interface Named<Name extends 'containerInstances' | 'services' | 'tasks'> {
  readonly id: string
  readonly row: Row<Name> | undefined
}

/** The task that `text` (id or ARN) means. @throws {EcsError} when `text` cannot mean one of this cluster. */
export function findTask(request: ApiRequest, scope: ClusterScope, text: string): Named<'tasks'> {
  const id = parseTaskReference(text, scope)
  return { id, row: request.ports.state.reader.view.table('tasks').get(clusterMemberKey(scope, id)) }
}

/** The service that `text` (name or ARN) means. @throws {EcsError} when it cannot mean one of this cluster. */
export function findService(request: ApiRequest, scope: ClusterScope, text: string): Named<'services'> {
  const id = parseServiceReference(text, scope)
  return { id, row: request.ports.state.reader.view.table('services').get(clusterMemberKey(scope, id)) }
}

/** The instance that `text` (id or ARN) means. @throws {EcsError} when it cannot mean one of this cluster. */
export function findInstance(
  request: ApiRequest,
  scope: ClusterScope,
  text: string,
): Named<'containerInstances'> {
  const id = parseContainerInstanceReference(text, scope)
  const key = clusterMemberKey(scope, id)
  return { id, row: request.ports.state.reader.view.table('containerInstances').get(key) }
}

/**
 * The instances of a cluster that were not deregistered.
 * @yields their rows, in no particular order.
 */
export function* registeredInstances(
  request: ApiRequest,
  scope: ClusterScope,
): Generator<Row<'containerInstances'>, void, void> {
  const table = request.ports.state.reader.view.table('containerInstances')
  for (const row of table.find('cluster', clusterKey(scope))) {
    if (row.value.status !== ContainerInstanceStatus.INACTIVE) yield row
  }
}

/** ECS describes at most so many tasks, clusters or instances at once. */
export const DESCRIBED_MAX = 100

/**
 * Checks a list of names or ids.
 * @throws {EcsError} when it is empty or longer than `maximum`.
 */
export function requireList(
  list: readonly string[] | undefined,
  name: string,
  maximum: number,
): readonly string[] {
  if (list === undefined || list.length === 0) throw ecsError('listEmpty', { list: name })
  if (list.length > maximum) throw ecsError('listTooLong', { list: name, maximum })
  return list
}
