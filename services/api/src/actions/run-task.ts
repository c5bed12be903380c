import {
  checkClientToken,
  checkLabels,
  checkLaunch,
  checkOverrides,
  checkPlacement,
  ecsError,
  parseDocument,
} from '@homeport/ecs-api'
import { placeTasks } from '../launch/place-tasks.ts'
import { requestHash } from '../launch/request-hash.ts'
import { taskSpecOf, taskTagsOf } from '../launch/task-spec.ts'
import { requireClusterScope } from '../lookup/clusters.ts'
import { registeredInstances } from '../lookup/members.ts'
import { requireActiveTaskDefinition } from '../lookup/task-definitions.ts'
import type { ApiRequest } from '../ports.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** ECS's own limit of one request. */
const COUNT_MAX = 10

/** Starts tasks where the scheduler finds room; what finds none is answered as failures with reasons. */
export async function runTask(
  input: EcsInput<'RunTask'>,
  request: ApiRequest,
): Promise<EcsOutput<'RunTask'>> {
  const scope = requireClusterScope(request, input.cluster)
  const definition = requireActiveTaskDefinition(request, input.taskDefinition)
  const { family, placementConstraints, document } = definition.value
  const count = checkCount(input.count ?? 1)
  const spec = taskSpecOf({
    definition,
    overrides: checkOverrides(input.overrides, parseDocument(document)),
    ...checkLabels(input, family),
    launchType: checkLaunch(input),
    clientToken: checkClientToken(input.clientToken),
  })
  const placement = checkPlacement(input.placementConstraints, input.placementStrategy)
  const tags = taskTagsOf(input, definition, scope.cluster)
  if (registeredInstances(request, scope).next().done === true) throw ecsError('noContainerInstances')
  return placeTasks(request, scope, {
    spec,
    count,
    placementConstraints: [...placementConstraints, ...placement.constraints],
    placementStrategies: placement.strategies,
    tags: tags.map((tag) => ({ ...tag })),
    requestHash: requestHash({ ...input, cluster: scope.cluster, clientToken: undefined }),
  })
}

function checkCount(count: number): number {
  if (!Number.isInteger(count) || count < 1 || count > COUNT_MAX) throw ecsError('taskCount')
  return count
}
