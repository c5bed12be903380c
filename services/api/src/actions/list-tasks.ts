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
import { desiredStatusOf } from '../view/task-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

type Filter = (task: Task) => boolean

/** Lists the ARNs of a cluster's tasks that all filters let through; by default those that are wanted. */
export async function listTasks(
  input: EcsInput<'ListTasks'>,
  request: ApiRequest,
): Promise<EcsOutput<'ListTasks'>> {
  const scope = requireClusterScope(request, input.cluster)
  const desiredStatus = input.desiredStatus ?? 'RUNNING'
  const filters = [...filtersOf(input, request, scope), statusFilter(desiredStatus)]
  const { nextToken: _nextToken, maxResults: _maxResults, ...question } = input
  const page = paginate(request, input, {
    items: candidates(input, request, scope),
    isListed: (row) =>
      (desiredStatus === 'STOPPED' || isBound(row)) && filters.every((filter) => filter(row.value)),
    sortKeyOf: ({ key }) => key,
    filters: { ...question, cluster: scope.cluster, desiredStatus },
  })
  return {
    taskArns: page.items.map(({ value }) => taskArn(value, value.cluster, value.taskId)),
    nextToken: page.nextToken,
  }
}

/** ECS takes PENDING as a desired status and knows no task that has it. */
const statusFilter =
  (desiredStatus: string): Filter =>
  (task) =>
    desiredStatusOf(task) === desiredStatus

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

/**
 * The shortest list that holds every match: an index of the view where a filter has one.
 * @yields rows that still have to pass the filters.
 */
function* candidates(
  input: EcsInput<'ListTasks'>,
  request: ApiRequest,
  scope: ClusterScope,
): Generator<Row<'tasks'>, void, void> {
  const { view } = request.ports.state.reader
  const tasks = view.table('tasks')
  if (input.serviceName !== undefined) {
    const service = findService(request, scope, input.serviceName)
    if (service.row === undefined) throw ecsError('serviceNotFound')
    yield* tasks.find('service', service.row.key)
  } else if (input.containerInstance !== undefined && input.desiredStatus !== 'STOPPED') {
    const { id } = findInstance(request, scope, input.containerInstance)
    yield* tasks.find('boundInstance', clusterMemberKey(scope, id))
  } else if (input.family !== undefined) {
    if (input.family === '' || input.family.includes('/')) return
    const key = namespaceMemberKey(scope, input.family)
    for (const { key: definitionKey } of view.table('taskDefinitions').find('family', key)) {
      yield* inCluster(tasks.find('taskDefinition', definitionKey), scope)
    }
  } else {
    yield* tasks.find('cluster', clusterKey(scope))
  }
}

function* inCluster(rows: Iterable<Row<'tasks'>>, scope: ClusterScope): Generator<Row<'tasks'>, void, void> {
  const prefix = `${clusterKey(scope)}/`
  for (const row of rows) if (row.key.startsWith(prefix)) yield row
}

/** Tasks that were seen STOPPED are told by their index terms, so that a list of running ones never decodes them. */
const isBound = (row: Row<'tasks'>): boolean =>
  row.indexTerms.some((term) => term.startsWith('boundInstance='))
