import { ecsError } from '@homeport/ecs-api'
import { requireClusterScope } from '../lookup/clusters.ts'
import { findInstance } from '../lookup/members.ts'
import type { ApiRequest } from '../ports.ts'
import type { EcsInput } from './action.ts'

/**
 * Refuses: agents are installed and updated on their hosts, by whoever owns these.
 * @throws {EcsError} NoUpdateAvailableException, once it is clear that there is such an instance.
 */
export async function updateContainerAgent(
  input: EcsInput<'UpdateContainerAgent'>,
  request: ApiRequest,
): Promise<never> {
  const scope = requireClusterScope(request, input.cluster)
  const { id, row } = findInstance(request, scope, input.containerInstance ?? '')
  if (row === undefined) throw ecsError('instanceNotFound', { id })
  throw ecsError('agentUpdate')
}
