import type { Failure } from '@aws-sdk/client-ecs'
import { RawJson } from '@homeport/aws-wire'
import { taskArn } from '@homeport/domain'
import { requireClusterScope } from '../lookup/clusters.ts'
import { DESCRIBED_MAX, findTask, requireList } from '../lookup/members.ts'
import type { ApiRequest } from '../ports.ts'
import { taskJson } from '../view/task-json.ts'
import type { EcsInput } from './action.ts'

const START = Buffer.from('{"tasks":[')
const COMMA = Buffer.from(',')

/** Describes tasks by id or ARN, in the order in which they are named; unknown ones are failures. */
export async function describeTasks(input: EcsInput<'DescribeTasks'>, request: ApiRequest): Promise<RawJson> {
  const scope = requireClusterScope(request, input.cluster)
  const withTags = input.include?.includes('TAGS') === true
  const pieces: Buffer[] = [START]
  const failures: Failure[] = []
  for (const text of requireList(input.tasks, 'Tasks', DESCRIBED_MAX)) {
    const { id, row } = findTask(request, scope, text)
    if (row === undefined) failures.push({ arn: taskArn(scope, scope.cluster, id), reason: 'MISSING' })
    else {
      if (pieces.length > 1) pieces.push(COMMA)
      pieces.push(...taskJson(request, row, { withTags }))
    }
  }
  pieces.push(Buffer.from(`],"failures":${JSON.stringify(failures)}}`))
  return new RawJson(Buffer.concat(pieces))
}
