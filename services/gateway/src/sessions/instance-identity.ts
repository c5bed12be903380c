import { containerInstanceArn } from '@homeport/domain'
import { type ClusterScope, clusterMemberKey } from '@homeport/store'

/** A registered container instance. */
export interface InstanceIdentity {
  readonly scope: ClusterScope
  readonly instanceId: string
  /** Of its row, and of its term in the task index `boundInstance`. */
  readonly key: string
  readonly arn: string
}

/** The names under which an instance is known. */
export const instanceIdentity = (scope: ClusterScope, instanceId: string): InstanceIdentity => ({
  scope: { accountId: scope.accountId, region: scope.region, cluster: scope.cluster },
  instanceId,
  key: clusterMemberKey(scope, instanceId),
  arn: containerInstanceArn(scope, scope.cluster, instanceId),
})
