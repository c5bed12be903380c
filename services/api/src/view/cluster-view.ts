import type { Cluster, ClusterField, ClusterSetting, KeyValuePair } from '@aws-sdk/client-ecs'
import { clusterArn } from '@homeport/domain'
import { clusterKey, type Row } from '@homeport/store'
import { ClusterStatus, ServiceStatus } from '@homeport/wire/types'
import { registeredInstances } from '../lookup/members.ts'
import type { ApiRequest } from '../ports.ts'
import { tagsOf } from './tags-view.ts'

/** A cluster's row document: what no loop reads. */
export interface ClusterDocument {
  readonly settings?: ClusterSetting[]
}

/** A cluster as ECS shows it; settings, statistics and tags only where `include` asks for them. */
export function clusterView(
  request: ApiRequest,
  row: Row<'clusters'>,
  include: readonly ClusterField[] = [],
): Cluster {
  const { accountId, region, name, status, tags, document } = row.value
  const scope = { accountId, region, cluster: name }
  const { runningCount, pendingCount } = request.ports.counts.ofCluster(row.key)
  const activeServicesCount = countServices(request, row)
  const { settings = [] } = JSON.parse(document === '' ? '{}' : document) as ClusterDocument
  return {
    clusterArn: clusterArn(scope, name),
    clusterName: name,
    status: status === ClusterStatus.ACTIVE ? 'ACTIVE' : 'INACTIVE',
    registeredContainerInstancesCount: [...registeredInstances(request, scope)].length,
    runningTasksCount: runningCount,
    pendingTasksCount: pendingCount,
    activeServicesCount,
    statistics: include.includes('STATISTICS')
      ? statisticsOf({ runningCount, pendingCount, activeServicesCount })
      : [],
    tags: include.includes('TAGS') ? tagsOf(tags) : [],
    settings: include.includes('SETTINGS') ? settings : [],
    capacityProviders: [],
    defaultCapacityProviderStrategy: [],
  }
}

function countServices(request: ApiRequest, row: Row<'clusters'>): number {
  const { accountId, region, name } = row.value
  const key = clusterKey({ accountId, region, cluster: name })
  let count = 0
  for (const service of request.ports.state.reader.view.table('services').find('cluster', key)) {
    if (service.value.status === ServiceStatus.ACTIVE) count += 1
  }
  return count
}

/** ECS splits its statistics by launch type; everything here runs on machines, which it calls EC2. */
const statisticsOf = (counts: {
  readonly runningCount: number
  readonly pendingCount: number
  readonly activeServicesCount: number
}): KeyValuePair[] =>
  Object.entries({
    runningEC2TasksCount: counts.runningCount,
    runningFargateTasksCount: 0,
    pendingEC2TasksCount: counts.pendingCount,
    pendingFargateTasksCount: 0,
    activeEC2ServiceCount: counts.activeServicesCount,
    activeFargateServiceCount: 0,
  }).map(([name, value]) => ({ name, value: String(value) }))
