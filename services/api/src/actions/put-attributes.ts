import { create } from '@bufbuild/protobuf'
import { containerInstanceArn } from '@homeport/domain'
import {
  type CheckedAttribute,
  CUSTOM_ATTRIBUTES_MAX,
  checkAttributes,
  ecsError,
  isReservedAttribute,
} from '@homeport/ecs-api'
import { TransactionBuilder } from '@homeport/store'
import { type Attribute, AttributeSchema } from '@homeport/wire/types'
import { transact } from '../commit/transact.ts'
import { attributeTargets } from '../lookup/attribute-targets.ts'
import { requireClusterScope } from '../lookup/clusters.ts'
import type { ApiRequest } from '../ports.ts'
import { attributeView } from '../view/attribute-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Gives instances attributes; those that they have under the same names get the new values. */
export async function putAttributes(
  input: EcsInput<'PutAttributes'>,
  request: ApiRequest,
): Promise<EcsOutput<'PutAttributes'>> {
  const scope = requireClusterScope(request, input.cluster)
  const put = checkAttributes(input.attributes)
  const attributes = await transact(request, () => {
    const transaction = new TransactionBuilder()
    const targets = attributeTargets(request, scope, put)
    for (const { row, attributes: given } of targets) {
      const merged = mergeAttributes(row.value.attributes, given)
      const target = containerInstanceArn(scope, scope.cluster, row.value.instanceId)
      if (exceedsLimit(row.value.attributes, merged)) {
        throw ecsError('attributeLimit', { target, maximum: CUSTOM_ATTRIBUTES_MAX })
      }
      transaction.update('containerInstances', row, { ...row.value, attributes: merged })
    }
    return {
      transaction,
      result: targets.flatMap(({ row, attributes: given }) =>
        given.map((attribute) => attributeView(row.value, attribute)),
      ),
    }
  })
  return { attributes }
}

function mergeAttributes(known: readonly Attribute[], put: readonly CheckedAttribute[]): Attribute[] {
  const byName = new Map(known.map((attribute) => [attribute.name, attribute]))
  for (const { name, value } of put) byName.set(name, create(AttributeSchema, { name, value }))
  return [...byName.values()]
}

const customCount = (attributes: readonly Attribute[]): number =>
  attributes.filter(({ name }) => !isReservedAttribute(name)).length

/** An agent may have reported more than users may put; those can still get other values. */
const exceedsLimit = (before: readonly Attribute[], after: readonly Attribute[]): boolean =>
  customCount(after) > Math.max(CUSTOM_ATTRIBUTES_MAX, customCount(before))
