import { checkAttributes } from '@homeport/ecs-api'
import { TransactionBuilder } from '@homeport/store'
import { transact } from '../commit/transact.ts'
import { attributeTargets } from '../lookup/attribute-targets.ts'
import { requireClusterScope } from '../lookup/clusters.ts'
import type { ApiRequest } from '../ports.ts'
import { attributeView } from '../view/attribute-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Takes attributes from instances by name, whatever their values; answers those that there were. */
export async function deleteAttributes(
  input: EcsInput<'DeleteAttributes'>,
  request: ApiRequest,
): Promise<EcsOutput<'DeleteAttributes'>> {
  const scope = requireClusterScope(request, input.cluster)
  const named = checkAttributes(input.attributes)
  const attributes = await transact(request, () => {
    const transaction = new TransactionBuilder()
    const result = attributeTargets(request, scope, named).flatMap(({ row, attributes: gone }) => {
      const names = new Set(gone.map(({ name }) => name))
      const removed = row.value.attributes.filter(({ name }) => names.has(name))
      const kept = row.value.attributes.filter(({ name }) => !names.has(name))
      if (removed.length > 0) {
        transaction.update('containerInstances', row, { ...row.value, attributes: kept })
      }
      return removed.map((attribute) => attributeView(row.value, attribute))
    })
    return { transaction, result }
  })
  return { attributes }
}
