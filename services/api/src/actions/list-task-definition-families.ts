import { namespaceKey } from '@homeport/store'
import { latestActive } from '../lookup/task-definitions.ts'
import { paginate } from '../paging/paginate.ts'
import type { ApiRequest } from '../ports.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Lists families by name; ACTIVE ones have at least one ACTIVE revision. */
export async function listTaskDefinitionFamilies(
  input: EcsInput<'ListTaskDefinitionFamilies'>,
  request: ApiRequest,
): Promise<EcsOutput<'ListTaskDefinitionFamilies'>> {
  const { familyPrefix = '', status = 'ALL' } = input
  const rows = request.ports.state.reader.view
    .table('taskDefinitionFamilies')
    .find('namespace', namespaceKey(request.namespace))
  const hasStatus = (family: string): boolean =>
    status === 'ALL' || (latestActive(request, family) !== undefined) === (status === 'ACTIVE')
  const page = paginate(request, input, {
    items: rows,
    isListed: ({ value }) => value.family.startsWith(familyPrefix) && hasStatus(value.family),
    sortKeyOf: ({ key }) => key,
    filters: { familyPrefix, status },
  })
  return { families: page.items.map(({ value }) => value.family), nextToken: page.nextToken }
}
