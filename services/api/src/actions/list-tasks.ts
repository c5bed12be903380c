import { taskArn } from '@homeport/domain'
import { ecsError } from '@homeport/ecs-api'
import {
  type ClusterScope,
  clusterKey,
  clusterMemberKey,
  namespaceMemberKey,
  type Row,
} from '@homeport/store'
import type { Task } from '@homeport/wire/types'
import { requireClusterScope } from '../lookup/clusters.ts'
import { findInstance, findService } from '../lookup/members.ts'
import { paginate } from '../paging/paginate.ts'
import type { ApiRequest } from '../ports.ts'
import { SortedKeys } from '../task-lists/sorted-keys.ts'
import type { ListedStatus } from '../task-lists/task-lists.ts'
import type { EcsInput, EcsOutput } from './action.ts'

type Filter = (task: Task) => boolean

/** Lists the ARNs of a cluster's tasks that all filters let through; by default those that are wanted. */
export async function listTasks(
  input: EcsInput<'ListTasks'>,
  request: ApiRequest,
): Promise<EcsOutput<'ListTasks'>> {
  const scope = requireClusterScope(request, input.cluster)
  const desiredStatus = input.desiredStatus ?? 'RUNNING'
  const filters = filtersOf(input, request, scope)
  const { nextToken: _nextToken, maxResults: _maxResults, ...question } = input
  const page = paginate(request, input, {
    items: isListedStatus(desiredStatus) ? candidates(input, request, { scope, status: desiredStatus }) : [],
    isListed: ({ value }) => filters.every((filter) => filter(value)),
    sortKeyOf: ({ key }) => key,
    filters: { ...question, cluster: scope.cluster, desiredStatus },
  })
  return {
    taskArns: page.items.map(({ key }) => taskArn(scope, scope.cluster, key.slice(key.lastIndexOf('/') + 1))),
    nextToken: page.nextToken,
  }
}

/** ECS takes PENDING as a desired status and knows no task that has it. */
const isListedStatus = (status: string): status is ListedStatus =>
  status === 'RUNNING' || status === 'STOPPED'

function filtersOf(input: EcsInput<'ListTasks'>, request: ApiRequest, scope: ClusterScope): Filter[] {
  const filters: Filter[] = []
  const { containerInstance, family, serviceName, startedBy, launchType } = input
  if (containerInstance !== undefined) {
    const { id } = findInstance(request, scope, containerInstance)
    filters.push(({ spec }) => spec?.containerInstanceId === id)
  }
  if (family !== undefined) filters.push(({ spec }) => spec?.taskDefinition.split(':')[0] === family)
  if (serviceName !== undefined) {
    const { id } = findService(request, scope, serviceName)
    filters.push(({ spec }) => spec?.service === id)
  }
  if (startedBy !== undefined) filters.push(({ spec }) => spec?.startedBy === startedBy)
  if (launchType !== undefined) filters.push(({ spec }) => spec?.launchType === launchType)
  return filters
}

type Candidates = (after: string | undefined) => Iterable<Row<'tasks'>>

/**
 * The shortest list that holds every match, in order: what ListTasks is asked by most has its own.
 * @throws {EcsError} when the service that is named does not exist.
 */
function candidates(
  input: EcsInput<'ListTasks'>,
  request: ApiRequest,
  { scope, status }: { readonly scope: ClusterScope; readonly status: ListedStatus },
): Candidates {
  const { taskLists: lists } = request.ports
  if (input.serviceName !== undefined) {
    const service = findService(request, scope, input.serviceName)
    if (service.row === undefined) throw ecsError('serviceNotFound')
    return rowsOf(request, lists.ofService(status, service.row.key))
  }
  if (input.containerInstance !== undefined && status === 'RUNNING') {
    const { id } = findInstance(request, scope, input.containerInstance)
    return rowsOf(request, lists.ofInstance(status, clusterMemberKey(scope, id)))
  }
  if (input.family !== undefined) return ofFamily(request, input.family, { scope, status })
  return rowsOf(request, lists.ofCluster(status, clusterKey(scope)))
}

const rowsOf = (request: ApiRequest, keys: SortedKeys): Candidates =>
  function* rows(after) {
    const tasks = request.ports.state.reader.view.table('tasks')
    for (const key of keys.after(after)) {
      const row = tasks.get(key)
      if (row !== undefined) yield row
    }
  }

/** A family with tasks of several revisions in a list has no list of its own: they are few, and put in order here. */
function ofFamily(
  request: ApiRequest,
  family: string,
  { scope, status }: { readonly scope: ClusterScope; readonly status: ListedStatus },
): Candidates {
  if (family === '' || family.includes('/')) return () => []
  const { view } = request.ports.state.reader
  const definitions = view.table('taskDefinitions').find('family', namespaceMemberKey(scope, family))
  const prefix = `${clusterKey(scope)}/`
  const keys: string[] = []
  for (const { key: definitionKey } of definitions) {
    for (const key of request.ports.taskLists.ofTaskDefinition(status, definitionKey).after(prefix)) {
      if (!key.startsWith(prefix)) break
      keys.push(key)
    }
  }
  return rowsOf(request, SortedKeys.from(keys))
}
