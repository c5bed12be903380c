import { taskDefinitionArn } from '@homeport/domain'
import { namespaceKey, namespaceMemberKey, type Row } from '@homeport/store'
import { TaskDefinitionStatus } from '@homeport/wire/types'
import { paginate } from '../paging/paginate.ts'
import type { ApiRequest } from '../ports.ts'
import type { EcsInput, EcsOutput } from './action.ts'

const STATUSES = {
  ACTIVE: TaskDefinitionStatus.ACTIVE,
  INACTIVE: TaskDefinitionStatus.INACTIVE,
  DELETE_IN_PROGRESS: TaskDefinitionStatus.DELETE_IN_PROGRESS,
} as const

/** Digits of the largest revision, so that revisions sort as numbers. */
const REVISION_DIGITS = 10

/** Lists the ARNs of revisions by family and revision; `familyPrefix` is the whole name of a family, as in ECS. */
export async function listTaskDefinitions(
  input: EcsInput<'ListTaskDefinitions'>,
  request: ApiRequest,
): Promise<EcsOutput<'ListTaskDefinitions'>> {
  const status = input.status ?? 'ACTIVE'
  const sort = input.sort ?? 'ASC'
  const page = paginate(request, input, {
    items: candidates(request, input.familyPrefix),
    isListed: ({ value }) => value.status === STATUSES[status],
    sortKeyOf,
    filters: { status, sort, familyPrefix: input.familyPrefix },
    isDescending: sort === 'DESC',
  })
  return {
    taskDefinitionArns: page.items.map(({ value }) =>
      taskDefinitionArn(value, `${value.family}:${value.revision}`),
    ),
    nextToken: page.nextToken,
  }
}

function candidates(request: ApiRequest, family: string | undefined): Iterable<Row<'taskDefinitions'>> {
  const table = request.ports.state.reader.view.table('taskDefinitions')
  if (family === undefined || family === '') return table.find('namespace', namespaceKey(request.namespace))
  return family.includes('/') ? [] : table.find('family', namespaceMemberKey(request.namespace, family))
}

/** The name of a family has no blank, so its revisions stay together; the key has them as `family:revision`. */
function sortKeyOf({ key }: Row<'taskDefinitions'>): string {
  const [family = '', revision = ''] = key.slice(key.lastIndexOf('/') + 1).split(':')
  return `${family} ${revision.padStart(REVISION_DIGITS, '0')}`
}
