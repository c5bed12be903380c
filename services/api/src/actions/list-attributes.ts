import { ecsError } from '@homeport/ecs-api'
import type { ContainerInstance, Attribute as StoredAttribute } from '@homeport/wire/types'
import { requireClusterScope } from '../lookup/clusters.ts'
import { registeredInstances } from '../lookup/members.ts'
import { paginate } from '../paging/paginate.ts'
import type { ApiRequest } from '../ports.ts'
import { attributeView } from '../view/attribute-view.ts'
import type { EcsInput, EcsOutput } from './action.ts'

interface Listed {
  readonly instance: ContainerInstance
  readonly attribute: StoredAttribute
}

/** Lists the attributes of a cluster's registered instances, by name and value; the agent's own ones, too. */
export async function listAttributes(
  input: EcsInput<'ListAttributes'>,
  request: ApiRequest,
): Promise<EcsOutput<'ListAttributes'>> {
  const scope = requireClusterScope(request, input.cluster)
  const { targetType, attributeName, attributeValue } = input
  if (attributeValue !== undefined && attributeName === undefined) throw ecsError('attributeNameMissing')
  const page = paginate<Listed>(request, input, {
    items: [...registeredInstances(request, scope)].flatMap(({ value: instance }) =>
      instance.attributes.map((attribute) => ({ instance, attribute })),
    ),
    isListed: ({ attribute: { name, value } }) =>
      (attributeName === undefined || name === attributeName) &&
      (attributeValue === undefined || value === attributeValue),
    sortKeyOf: ({ instance, attribute }) => `${instance.instanceId} ${attribute.name}`,
    filters: { cluster: scope.cluster, targetType, attributeName, attributeValue },
  })
  return {
    attributes: page.items.map(({ instance, attribute }) => attributeView(instance, attribute)),
    nextToken: page.nextToken,
  }
}
