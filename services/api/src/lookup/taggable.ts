import { create } from '@bufbuild/protobuf'
import { type CheckedTag, ecsError, parseTaggableArn, type TaggableResource } from '@homeport/ecs-api'
import {
  clusterMemberKey,
  type EntityOf,
  namespaceMemberKey,
  type Row,
  TransactionBuilder,
} from '@homeport/store'
import { ServiceStatus, type Tag, TagSchema } from '@homeport/wire/types'
import type { ApiRequest } from '../ports.ts'
import { requireCluster } from './clusters.ts'

type TaggableTable = 'clusters' | 'containerInstances' | 'services' | 'taskDefinitions' | 'tasks'

/** A row with tags. */
export interface Tagged {
  readonly tags: readonly Tag[]
  /** A transaction that gives it other tags, unless it changed meanwhile. */
  retag(tags: readonly CheckedTag[]): TransactionBuilder
}

const TABLES = { 'container-instance': 'containerInstances', service: 'services', task: 'tasks' } as const

/**
 * What the ARN of a tagging request names.
 * @throws {EcsError} when nothing of that name exists, or it was deleted.
 */
export function requireTagged(request: ApiRequest, arn: string | undefined): Tagged {
  if (arn === undefined || arn === '') throw ecsError('memberBlank', { member: 'Resource arn' })
  const resource = parseTaggableArn(arn, request.namespace)
  if (resource.kind === 'cluster') return tagged('clusters', requireCluster(request, resource.cluster))
  if (resource.kind === 'task-definition') {
    const key = namespaceMemberKey(request.namespace, `${resource.family}:${resource.revision}`)
    return find(request, 'taskDefinitions', key)
  }
  return find(request, TABLES[resource.kind], memberKey(request, resource))
}

const memberKey = (
  request: ApiRequest,
  { cluster, id }: Extract<TaggableResource, { readonly id: string }>,
): string => clusterMemberKey({ ...request.namespace, cluster }, id)

function find(request: ApiRequest, table: TaggableTable, key: string): Tagged {
  const row = request.ports.state.reader.view.table(table).get(key)
  if (row === undefined || isDeleted(row)) throw ecsError('taggedNotFound')
  return tagged(table, row)
}

/** Clusters were looked up as ACTIVE; of the other kinds only a deleted service leaves a row of its name. */
const isDeleted = (row: Row<TaggableTable>): boolean =>
  row.table === 'services' && (row as Row<'services'>).value.status === ServiceStatus.INACTIVE

function tagged<Name extends TaggableTable>(table: Name, row: Row<Name>): Tagged {
  return {
    tags: row.value.tags,
    retag: (tags) => {
      const changed = { ...row.value, tags: tags.map((tag) => create(TagSchema, { ...tag })) }
      return new TransactionBuilder().update(table, row, changed as unknown as EntityOf<Name>)
    },
  }
}
