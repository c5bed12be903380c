/**
 * What users call things by: a name, an id, or an ARN in its long or short form. Reading one needs no look-up;
 * whether the thing exists is for the caller to find out.
 */
import { type Namespace, parseArn } from '@homeport/domain'
import { ecsError } from '../errors/ecs-error.ts'
import { DEFAULT_CLUSTER, isIdLength } from './resource-names.ts'

/** Where a reference was made: whose request it is, and the cluster that it names or `default`. */
export interface ReferenceScope extends Namespace {
  readonly cluster: string
}

/** A kind of resource below a cluster, as ARNs spell it. */
type MemberKind = 'container-instance' | 'service' | 'task'

/** What ECS's messages call an id. */
const ID_NAMES: Readonly<Record<'container-instance' | 'task', string>> = {
  'container-instance': 'instanceId',
  task: 'taskId',
}

/**
 * The parts of an ECS ARN's resource behind its kind, or `undefined` when `text` is no ARN.
 * @throws {EcsError} when it is an ARN of another service, kind, account or region.
 */
function resourcePath(text: string, kind: string, namespace: Namespace): string[] | undefined {
  if (!text.startsWith('arn:')) return undefined
  const arn = parseArn(text)
  const [actualKind, ...path] = arn?.resource.split('/') ?? []
  if (arn === undefined || arn.service !== 'ecs' || actualKind !== kind) {
    throw ecsError('identifierKind', { identifier: text, kind })
  }
  if (arn.accountId !== namespace.accountId) throw ecsError('identifierAccount', { actual: arn.accountId })
  if (arn.region !== namespace.region) {
    throw ecsError('identifierRegion', { actual: arn.region, expected: namespace.region })
  }
  return path
}

/**
 * The name of the cluster that `text` means; `default` when absent or empty.
 * @throws {EcsError} when it is an ARN of something else, or has slashes.
 */
export function parseClusterReference(text: string | undefined, namespace: Namespace): string {
  if (text === undefined || text === '') return DEFAULT_CLUSTER
  const [name, ...rest] = resourcePath(text, 'cluster', namespace) ?? text.split('/')
  if (name === undefined || name === '' || rest.length > 0) throw ecsError('identifierSeparators')
  return name
}

/** A task definition by family and, unless the latest ACTIVE one is meant, revision. */
export interface TaskDefinitionReference {
  readonly family: string
  /** 1 or more; absent: the latest ACTIVE revision. */
  readonly revision?: number
}

/**
 * Reads `family`, `family:revision` or an ARN.
 * @returns `undefined` when no task definition can be called so.
 * @throws {EcsError} when it is an ARN of something else.
 */
export function parseTaskDefinitionReference(
  text: string,
  namespace: Namespace,
): TaskDefinitionReference | undefined {
  const path = resourcePath(text, 'task-definition', namespace) ?? [text]
  const match = /^([^:]+)(?::(\d{1,10}))?$/.exec(path.join('/'))
  if (match === null) return undefined
  const [, family = '', revision] = match
  return revision === undefined ? { family } : { family, revision: Number(revision) }
}

/**
 * The last part of a name, id, short ARN (`service/NAME`) or long ARN (`service/CLUSTER/NAME`).
 * @throws {EcsError} when it is of another cluster than the request's, or has the wrong number of parts.
 */
function memberName(text: string, kind: MemberKind, scope: ReferenceScope): string {
  const path = resourcePath(text, kind, scope) ?? [text]
  const name = path.at(-1) ?? ''
  if (path.length > 2 || name === '' || name.includes('/')) throw ecsError('identifierSeparators')
  const [cluster] = path.length === 2 ? path : []
  if (cluster !== undefined && cluster !== scope.cluster) {
    throw ecsError('identifierCluster', { actual: cluster, expected: scope.cluster })
  }
  return name
}

/**
 * The name of the service that `text` (a name or ARN) means.
 * @throws {EcsError} when it cannot be one of this cluster.
 */
export const parseServiceReference = (text: string, scope: ReferenceScope): string =>
  memberName(text, 'service', scope)

function memberId(text: string, kind: 'container-instance' | 'task', scope: ReferenceScope): string {
  const id = memberName(text, kind, scope)
  if (!isIdLength(id)) throw ecsError('identifierLength', { kind: ID_NAMES[kind] })
  return id
}

/**
 * The id of the task that `text` (an id or ARN) means.
 * @throws {EcsError} when it cannot be one of this cluster.
 */
export const parseTaskReference = (text: string, scope: ReferenceScope): string =>
  memberId(text, 'task', scope)

/**
 * The id of the container instance that `text` (an id or ARN) means.
 * @throws {EcsError} when it cannot be one of this cluster.
 */
export const parseContainerInstanceReference = (text: string, scope: ReferenceScope): string =>
  memberId(text, 'container-instance', scope)

/** A deployment or revision of a service, by the parts of its ARN. */
export interface ServiceMemberReference {
  readonly cluster: string
  readonly service: string
  readonly id: string
}

/**
 * Reads `arn:…:service-deployment/CLUSTER/SERVICE/ID` or the same of a service revision; nothing else names one.
 * @throws {EcsError} when it is no such ARN, or of another account or region.
 */
export function parseServiceMemberArn(
  text: string,
  kind: 'service-deployment' | 'service-revision',
  namespace: Namespace,
): ServiceMemberReference {
  const path = resourcePath(text, kind, namespace)
  if (path === undefined) throw ecsError('identifierKind', { identifier: text, kind })
  const [cluster = '', service = '', id = '', ...rest] = path
  if (cluster === '' || service === '' || id === '' || rest.length > 0) throw ecsError('identifierSeparators')
  return { cluster, service, id }
}
