import type { TaskOverride } from '@aws-sdk/client-ecs'
import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  type CheckedTag,
  checkTags,
  containerSizesOf,
  ecsError,
  mergeTags,
  parseDocument,
  requirementsOf,
} from '@homeport/ecs-api'
import type { Row } from '@homeport/store'
import type { TaskSpecSchema } from '@homeport/wire/types'
import { requirementsMessage } from './requirements-message.ts'

/** What a request says about every task that it starts. */
export interface SpecInput {
  readonly definition: Row<'taskDefinitions'>
  /** Checked; absent: nothing is overridden. */
  readonly overrides: TaskOverride | undefined
  readonly group: string
  readonly startedBy: string
  readonly launchType: string
  /** Empty: none. */
  readonly clientToken: string
}

/** What every task of a request is made from; where and when is for the scheduler to say. */
export function taskSpecOf(input: SpecInput): MessageInitShape<typeof TaskSpecSchema> {
  const { family, revision, document: text } = input.definition.value
  const document = parseDocument(text)
  return {
    taskDefinition: `${family}:${revision}`,
    requirements: requirementsMessage(requirementsOf(document, input.overrides)),
    group: input.group,
    startedBy: input.startedBy,
    overrides: input.overrides === undefined ? '' : JSON.stringify(input.overrides),
    launchType: input.launchType,
    clientToken: input.clientToken,
    containers: containerSizesOf(document, input.overrides).map((container) => ({
      name: container.name,
      image: container.image,
      cpuUnits: container.cpuUnits,
      memoryMib: container.memoryMiB ?? 0,
      memoryReservationMib: container.memoryReservationMiB ?? 0,
    })),
  }
}

/** What decides the tags of started tasks. */
export interface TagInput {
  readonly tags?:
    | readonly { readonly key?: string | undefined; readonly value?: string | undefined }[]
    | undefined
  readonly propagateTags?: string | undefined
  readonly enableECSManagedTags?: boolean | undefined
}

/**
 * The tags of tasks that a request starts: those of the task definition where it says so, then its own, which
 * win, then ECS's managed ones.
 * @throws {EcsError} when a tag is malformed, or tags of a service are to be propagated where there is none.
 */
export function taskTagsOf(
  input: TagInput,
  definition: Row<'taskDefinitions'>,
  cluster: string,
): CheckedTag[] {
  if (input.propagateTags === 'SERVICE') throw ecsError('propagateService')
  const propagated = input.propagateTags === 'TASK_DEFINITION' ? definition.value.tags : []
  const managed = input.enableECSManagedTags === true ? [{ key: 'aws:ecs:clusterName', value: cluster }] : []
  return mergeTags(propagated, checkTags(input.tags), managed)
}
