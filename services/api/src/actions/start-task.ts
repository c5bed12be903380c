import { checkLabels, checkLaunch, checkOverrides, parseDocument } from '@homeport/ecs-api'
import { placeTasks } from '../launch/place-tasks.ts'
import { taskSpecOf, taskTagsOf } from '../launch/task-spec.ts'
import { requireClusterScope } from '../lookup/clusters.ts'
import { findInstance, requireList } from '../lookup/members.ts'
import { requireActiveTaskDefinition } from '../lookup/task-definitions.ts'
import type { ApiRequest } from '../ports.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** ECS's own limit of one request. */
const INSTANCES_MAX = 10

/** Starts one task on each named instance; an instance that cannot take it is answered as a failure. */
export async function startTask(
  input: EcsInput<'StartTask'>,
  request: ApiRequest,
): Promise<EcsOutput<'StartTask'>> {
  const scope = requireClusterScope(request, input.cluster)
  const definition = requireActiveTaskDefinition(request, input.taskDefinition)
  const named = requireList(input.containerInstances, 'Container instances', INSTANCES_MAX)
  const { family, placementConstraints, document } = definition.value
  const spec = taskSpecOf({
    definition,
    overrides: checkOverrides(input.overrides, parseDocument(document)),
    ...checkLabels(input, family),
    launchType: checkLaunch(input),
    clientToken: '',
  })
  const tags = taskTagsOf(input, definition, scope.cluster)
  return placeTasks(request, scope, {
    spec,
    count: named.length,
    containerInstanceIds: named.map((text) => findInstance(request, scope, text).id),
    placementConstraints,
    tags: tags.map((tag) => ({ ...tag })),
  })
}
