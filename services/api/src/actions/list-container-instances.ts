import { containerInstanceArn, parseClusterQuery, type QueriedInstance } from '@homeport/domain'
import { ecsError } from '@homeport/ecs-api'
import type { Row } from '@homeport/store'
import { requireClusterScope } from '../lookup/clusters.ts'
import { registeredInstances } from '../lookup/members.ts'
import { paginate } from '../paging/paginate.ts'
import type { ApiRequest } from '../ports.ts'
import { instanceStatusOf } from '../view/container-instance-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Lists the ARNs of a cluster's registered instances, by status and cluster query. */
export async function listContainerInstances(
  input: EcsInput<'ListContainerInstances'>,
  request: ApiRequest,
): Promise<EcsOutput<'ListContainerInstances'>> {
  const scope = requireClusterScope(request, input.cluster)
  const { status, filter = '' } = input
  const isSelected = queryOf(filter, request)
  const page = paginate(request, input, {
    items: registeredInstances(request, scope),
    isListed: (row) => (status === undefined || instanceStatusOf(row.value) === status) && isSelected(row),
    sortKeyOf: ({ key }) => key,
    filters: { cluster: scope.cluster, status, filter },
  })
  return {
    containerInstanceArns: page.items.map(({ value }) =>
      containerInstanceArn(value, value.cluster, value.instanceId),
    ),
    nextToken: page.nextToken,
  }
}

function queryOf(filter: string, request: ApiRequest): (row: Row<'containerInstances'>) => boolean {
  if (filter === '') return () => true
  const parsed = parseClusterQuery(filter)
  if (parsed.kind === 'invalid') throw ecsError('clusterQuery', { problem: parsed.message })
  return (row) => parsed.query(queriedInstance(row, request))
}

function queriedInstance(row: Row<'containerInstances'>, request: ApiRequest): QueriedInstance {
  const instance = row.value
  return {
    agentConnected: instance.agentConnected,
    agentVersion: instance.agentVersion,
    ec2InstanceId: instance.externalId,
    registeredAtMs: instance.registeredAtMs,
    runningTasksCount: request.ports.counts.ofInstance(row.key).runningCount,
    attributeValue: (name) => instance.attributes.find((attribute) => attribute.name === name)?.value,
    *taskGroups() {
      for (const task of request.ports.state.reader.view.table('tasks').find('boundInstance', row.key)) {
        if (task.value.spec !== undefined) yield task.value.spec.group
      }
    },
  }
}
