import type { Cluster, Failure } from '@aws-sdk/client-ecs'
import { clusterArn } from '@homeport/domain'
import { DEFAULT_CLUSTER } from '@homeport/ecs-api'
import { clusterScope, findCluster } from '../lookup/clusters.ts'
import { DESCRIBED_MAX, requireList } from '../lookup/members.ts'
import type { ApiRequest } from '../ports.ts'
import { clusterView } from '../view/cluster-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Describes clusters by name or ARN, deleted ones too; `default` when none is named. */
export async function describeClusters(
  input: EcsInput<'DescribeClusters'>,
  request: ApiRequest,
): Promise<EcsOutput<'DescribeClusters'>> {
  const named =
    input.clusters === undefined || input.clusters.length === 0 ? [DEFAULT_CLUSTER] : input.clusters
  const clusters: Cluster[] = []
  const failures: Failure[] = []
  for (const reference of requireList(named, 'Clusters', DESCRIBED_MAX)) {
    const scope = clusterScope(request, reference)
    const row = findCluster(request, scope)
    if (row === undefined) failures.push({ arn: clusterArn(scope, scope.cluster), reason: 'MISSING' })
    else clusters.push(clusterView(request, row, input.include))
  }
  return { clusters, failures }
}
