import { parseServiceMemberArn } from '@homeport/ecs-api'
import { type Row, serviceMemberKey } from '@homeport/store'
import type { ApiRequest } from '../ports.ts'

/** Kinds of rows below a service that have ARNs, and their tables. */
const TABLES = { 'service-deployment': 'serviceDeployments', 'service-revision': 'serviceRevisions' } as const

/** A kind of row below a service that has an ARN. */
export type ServiceMemberKind = keyof typeof TABLES

/** ECS describes at most so many of them at once. */
export const SERVICE_MEMBERS_MAX = 20

/**
 * The deployment or revision that an ARN names.
 * @throws {EcsError} when `arn` cannot name one of this account and region.
 */
export function findServiceMember<Kind extends ServiceMemberKind>(
  request: ApiRequest,
  kind: Kind,
  arn: string,
): Row<(typeof TABLES)[Kind]> | undefined {
  const { cluster, service, id } = parseServiceMemberArn(arn, kind, request.namespace)
  const key = serviceMemberKey({ ...request.namespace, cluster, service }, id)
  return request.ports.state.reader.view.table<(typeof TABLES)[Kind]>(TABLES[kind]).get(key)
}
