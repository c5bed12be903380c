import { clusterMemberKey, type Row } from '@homeport/store'
import type { ApiRequest } from '../ports.ts'
import { tagsOf } from './tags-view.ts'
import { taskView } from './task-view.ts'

const MS_PER_SECOND = 1000

const NO_TAGS = Buffer.from(',"tags":[]}')

/**
 * A task as the JSON that ECS answers: `taskView` with its times in seconds.
 * @returns pieces of UTF-8, which together are the text; they are shared and must not be changed.
 */
export function taskJson(request: ApiRequest, row: Row<'tasks'>, options: { withTags: boolean }): Buffer[] {
  const task = row.value
  const { spec } = task
  const instances = request.ports.state.reader.view.table('containerInstances')
  const instance =
    spec === undefined ? undefined : instances.get(clusterMemberKey(task, spec.containerInstanceId))
  const text = request.ports.taskTexts.textOf(row, instance, () => write(request, row))
  if (!options.withTags || task.tags.length === 0) return [text, NO_TAGS]
  return [text, Buffer.from(`,"tags":${JSON.stringify(tagsOf(task.tags))}}`)]
}

function write(request: ApiRequest, row: Row<'tasks'>): string {
  const { tags: _tags, ...view } = taskView(request, row, { withTags: false })
  return JSON.stringify(view, secondsOfTimes).slice(0, -1)
}

/** Called with the structure as `this`: a time has become a text before it gets here. */
function secondsOfTimes(this: unknown, member: string, value: unknown): unknown {
  const original: unknown =
    typeof value === 'string' && typeof this === 'object' && this !== null ? Reflect.get(this, member) : value
  return original instanceof Date ? original.getTime() / MS_PER_SECOND : value
}
