import { create } from '@bufbuild/protobuf'
import { required } from '@homeport/base'
import { containerSpecsOf, type PlacementRules, parsePlacementRules } from '@homeport/domain'
import { namespaceMemberKey, serviceMemberKey, type ViewReader } from '@homeport/store'
import {
  type Service,
  type ServiceRevision,
  type Tag,
  TagSchema,
  type TaskDefinition,
  TaskSpecSchema,
} from '@homeport/wire/types'
import type { TaskTemplate } from '../placement/new-task.ts'
import type { ServiceRows } from './service-rows.ts'

/** What the tasks of one deployment are made from, and where they may go. */
export interface DeploymentTemplate {
  readonly template: TaskTemplate
  readonly rules: PlacementRules
}

/**
 * Reads what a deployment starts.
 * @throws {Error} when its revision or task definition is missing, or its constraints are no query: the API
 * writes them together and checks them, so the loop says so and tries again.
 */
export function templateOf(view: ViewReader, rows: ServiceRows, deploymentId: string): DeploymentTemplate {
  const { service } = rows
  const deployment = required(rows.deploymentRows.get(deploymentId), `deployment ${deploymentId}`).value
  const scope = { ...service, service: service.name }
  const revisionKey = serviceMemberKey(scope, deployment.targetRevisionId)
  const revision = required(
    view.table('serviceRevisions').get(revisionKey),
    `service revision ${revisionKey}`,
  ).value
  const definitionKey = namespaceMemberKey(service, revision.taskDefinition)
  const definition = required(
    view.table('taskDefinitions').get(definitionKey),
    `task definition ${definitionKey}`,
  ).value
  const parsed = parsePlacementRules(
    [...revision.placementConstraints, ...definition.placementConstraints],
    revision.placementStrategies,
  )
  if (parsed.kind === 'invalid')
    throw new Error(`Cannot place tasks of service ${service.name}: ${parsed.message}`)
  const spec = create(TaskSpecSchema, {
    taskDefinition: revision.taskDefinition,
    ...(definition.requirements === undefined ? {} : { requirements: definition.requirements }),
    group: `service:${service.name}`,
    startedBy: `ecs-svc/${deploymentId}`,
    service: service.name,
    deploymentId,
    launchType: revision.launchType,
    enableExecuteCommand: revision.enableExecuteCommand,
    incarnationId: service.incarnationId,
    containers: containerSpecsOf(definition.document),
  })
  const { accountId, region, cluster } = service
  return {
    template: { accountId, region, cluster, spec, tags: tagsOf(service, revision, definition) },
    rules: parsed.rules,
  }
}

function tagsOf(service: Service, revision: ServiceRevision, definition: TaskDefinition): Tag[] {
  const managed = revision.enableEcsManagedTags
    ? [
        create(TagSchema, { key: 'aws:ecs:clusterName', value: service.cluster }),
        create(TagSchema, { key: 'aws:ecs:serviceName', value: service.name }),
      ]
    : []
  if (service.propagateTags === 'SERVICE') return [...managed, ...service.tags]
  return service.propagateTags === 'TASK_DEFINITION' ? [...managed, ...definition.tags] : managed
}
