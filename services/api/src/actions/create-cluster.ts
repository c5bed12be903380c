import { create } from '@bufbuild/protobuf'
import { required } from '@homeport/base'
import { checkCreateCluster, checkTags } from '@homeport/ecs-api'
import { clusterKey, TransactionBuilder } from '@homeport/store'
import { ClusterSchema, ClusterStatus } from '@homeport/wire/types'
import { transact } from '../commit/transact.ts'
import { findCluster } from '../lookup/clusters.ts'
import type { ApiRequest } from '../ports.ts'
import { type ClusterDocument, clusterView } from '../view/cluster-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Creates a cluster; an ACTIVE one of the same name is answered as it is, a deleted one comes back empty. */
export async function createCluster(
  input: EcsInput<'CreateCluster'>,
  request: ApiRequest,
): Promise<EcsOutput<'CreateCluster'>> {
  const { name, settings } = checkCreateCluster(input)
  const tags = checkTags(input.tags)
  const scope = { ...request.namespace, cluster: name }
  const document: ClusterDocument = { settings }
  const created = create(ClusterSchema, {
    ...request.namespace,
    name,
    status: ClusterStatus.ACTIVE,
    createdAtMs: request.ports.clock.now(),
    tags: tags.map((tag) => ({ ...tag })),
    document: JSON.stringify(document),
  })
  await transact(request, () => {
    const row = findCluster(request, scope)
    if (row?.value.status === ClusterStatus.ACTIVE) return { result: undefined }
    const transaction = new TransactionBuilder()
    if (row === undefined) transaction.insert('clusters', created)
    else transaction.update('clusters', row, created)
    return { transaction, result: undefined }
  })
  const row = required(
    request.ports.state.reader.view.table('clusters').get(clusterKey(scope)),
    'the cluster',
  )
  return { cluster: clusterView(request, row, ['SETTINGS', 'TAGS']) }
}
