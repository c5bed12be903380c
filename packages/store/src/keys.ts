/**
 * Row keys: path segments joined by `/`. No segment contains a slash (ECS's names and ids cannot), so a key
 * reads the same way in both directions and every prefix of it names a scope.
 */
import { invariant } from '@homeport/base'
import type { Namespace } from '@homeport/domain'

/** A cluster within its account and region. */
export interface ClusterScope extends Namespace {
  readonly cluster: string
}

/** A service within its cluster. */
export interface ServiceScope extends ClusterScope {
  readonly service: string
}

/** Joins key segments. @throws {InvariantError} when one is empty or contains a slash. */
export function joinKey(...segments: readonly string[]): string {
  for (const segment of segments) {
    invariant(
      segment !== '' && !segment.includes('/'),
      `Cannot build key: invalid segment, received "${segment}"`,
    )
  }
  return segments.join('/')
}

/** `account/region` */
export const namespaceKey = (scope: Namespace): string => joinKey(scope.accountId, scope.region)

/** `account/region/cluster` */
export const clusterKey = (scope: ClusterScope): string =>
  joinKey(scope.accountId, scope.region, scope.cluster)

/** `account/region/cluster/service` */
export const serviceKey = (scope: ServiceScope): string =>
  joinKey(scope.accountId, scope.region, scope.cluster, scope.service)

/** A row directly below a cluster: a task or a container instance. */
export const clusterMemberKey = (scope: ClusterScope, id: string): string =>
  joinKey(scope.accountId, scope.region, scope.cluster, id)

/** A row directly below a service: a deployment, a revision or an event. */
export const serviceMemberKey = (scope: ServiceScope, id: string): string =>
  joinKey(scope.accountId, scope.region, scope.cluster, scope.service, id)

/** A row directly below an account and region: a task definition (`family:revision`) or a family. */
export const namespaceMemberKey = (scope: Namespace, id: string): string =>
  joinKey(scope.accountId, scope.region, id)
