import { clone, create } from '@bufbuild/protobuf'
import { RawJson } from '@homeport/aws-wire'
import { required } from '@homeport/base'
import {
  registerTaskDefinition as checkRegistration,
  checkTags,
  ecsError,
  requirementsOf,
  type TaskDefinitionDocument,
} from '@homeport/ecs-api'
import { namespaceMemberKey, TransactionBuilder } from '@homeport/store'
import {
  type Tag,
  TaskDefinitionFamilySchema,
  TaskDefinitionSchema,
  TaskDefinitionStatus,
} from '@homeport/wire/types'
import { transact } from '../commit/transact.ts'
import { requirementsMessage } from '../launch/requirements-message.ts'
import type { ApiRequest } from '../ports.ts'
import { tagsOf } from '../view/tags-view.ts'
import { taskDefinitionJson } from '../view/task-definition-view.ts'
import type { EcsInput } from './action.ts'

/** Registers the next revision of a family. Revisions are never reused, not even after deregistration. */
export async function registerTaskDefinition(
  input: EcsInput<'RegisterTaskDefinition'>,
  request: ApiRequest,
): Promise<RawJson> {
  const document = checkRegistration(input)
  const tags = checkTags(input.tags)
  const draft = draftOf(document, request)
  draft.tags = tags.map((tag): Tag => ({ $typeName: 'homeport.types.v1.Tag', ...tag }))
  const { family } = document
  const counterKey = namespaceMemberKey(request.namespace, family)
  const revision = await transact(
    request,
    (view) => {
      const counter = view.table('taskDefinitionFamilies').get(counterKey)
      const next = clone(TaskDefinitionSchema, draft)
      next.revision = (counter?.value.latestRevision ?? 0) + 1
      const counted = create(TaskDefinitionFamilySchema, {
        ...request.namespace,
        family,
        latestRevision: next.revision,
      })
      const transaction = new TransactionBuilder().insert('taskDefinitions', next)
      if (counter === undefined) transaction.insert('taskDefinitionFamilies', counted)
      else transaction.update('taskDefinitionFamilies', counter, counted)
      return { transaction, result: next.revision }
    },
    { onContention: () => ecsError('tooManyRegistrations') },
  )
  const key = namespaceMemberKey(request.namespace, `${family}:${revision}`)
  const row = required(
    request.ports.state.reader.view.table('taskDefinitions').get(key),
    'the task definition that was just registered',
  )
  return new RawJson(
    `{"taskDefinition":${taskDefinitionJson(row)},"tags":${JSON.stringify(tagsOf(row.value.tags))}}`,
  )
}

function draftOf(document: TaskDefinitionDocument, request: ApiRequest) {
  return create(TaskDefinitionSchema, {
    ...request.namespace,
    family: document.family,
    status: TaskDefinitionStatus.ACTIVE,
    registeredAtMs: request.ports.clock.now(),
    registeredBy: request.context.principal.arn,
    requirements: requirementsMessage(requirementsOf(document)),
    document: JSON.stringify(document),
    placementConstraints: constraintsOf(document),
  })
}

/** The definition's own constraints, and that of the architecture that it is built for: ECS shows only the former. */
function constraintsOf({ placementConstraints = [], runtimePlatform }: TaskDefinitionDocument) {
  const constraints = placementConstraints.map(({ type = '', expression = '' }) => ({
    type: String(type),
    expression,
  }))
  const architecture = runtimePlatform?.cpuArchitecture?.toLowerCase()
  if (architecture === undefined) return constraints
  return [
    ...constraints,
    { type: 'memberOf', expression: `attribute:ecs.cpu-architecture == ${architecture}` },
  ]
}
