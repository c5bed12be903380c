/**
 * The catalogue of tables: for each, its message, its key, and the indexes that loops and queries need.
 *
 * Intuition: state stores bytes and knows nothing of ECS. The writer, who has the entity in hand, computes
 * the key and the index terms once; every reader then finds rows without decoding any.
 * Rejected: indexes computed by each reader, which costs a decode (15 us) per row, reader and replay.
 */
import type { DescMessage, Message } from '@bufbuild/protobuf'
import type { GenMessage } from '@bufbuild/protobuf/codegenv2'
import {
  type Cluster,
  ClusterSchema,
  type ContainerInstance,
  ContainerInstanceSchema,
  type IdempotencyRecord,
  IdempotencyRecordSchema,
  type Lease,
  LeaseSchema,
  type Service,
  type ServiceDeployment,
  ServiceDeploymentSchema,
  type ServiceEvent,
  ServiceEventSchema,
  type ServiceRevision,
  ServiceRevisionSchema,
  ServiceSchema,
  type Task,
  type TaskDefinition,
  type TaskDefinitionFamily,
  TaskDefinitionFamilySchema,
  TaskDefinitionSchema,
  TaskSchema,
  TaskStatus,
} from '@homeport/wire/types'
import {
  clusterKey,
  clusterMemberKey,
  joinKey,
  namespaceKey,
  namespaceMemberKey,
  serviceKey,
  serviceMemberKey,
} from './keys.ts'

/** The entity of each table. */
export interface Entities {
  readonly clusters: Cluster
  readonly containerInstances: ContainerInstance
  readonly taskDefinitions: TaskDefinition
  readonly taskDefinitionFamilies: TaskDefinitionFamily
  readonly services: Service
  readonly serviceRevisions: ServiceRevision
  readonly serviceDeployments: ServiceDeployment
  readonly serviceEvents: ServiceEvent
  readonly tasks: Task
  readonly idempotency: IdempotencyRecord
  readonly leases: Lease
}

/** The indexes of each table. */
export interface Indexes {
  readonly clusters: 'namespace'
  /** `instanceId`: by id alone, which is how a gateway finds the instance of a certificate. */
  readonly containerInstances: 'cluster' | 'instanceId'
  readonly taskDefinitions: 'namespace' | 'family'
  readonly taskDefinitionFamilies: 'namespace'
  readonly services: 'cluster'
  readonly serviceRevisions: 'service'
  readonly serviceDeployments: 'service'
  readonly serviceEvents: 'service'
  /**
   * `boundInstance`: tasks that still reserve something on their instance, which are all but those seen STOPPED.
   * `boundService`: the same of a service. `stopped`: those seen STOPPED, which the reaper looks at.
   */
  readonly tasks: 'cluster' | 'boundInstance' | 'boundService' | 'service' | 'stopped' | 'taskDefinition'
  readonly idempotency: 'all'
  readonly leases: never
}

/** A table's name, in log records and in code. Never changes. */
export type TableName = keyof Entities
/** The entity that a table holds. */
export type EntityOf<Name extends TableName> = Entities[Name]
/** The names of a table's indexes. */
export type IndexOf<Name extends TableName> = Indexes[Name]

/** How one kind of entity is stored. */
export interface TableDefinition<Name extends TableName> {
  readonly schema: GenMessage<EntityOf<Name>>
  /** The row's key; a pure function of fields that never change. */
  keyOf(entity: EntityOf<Name>): string
  /** Index name to the term under which the row is found; `undefined`: not in that index. */
  readonly indexes: Readonly<Record<IndexOf<Name>, (entity: EntityOf<Name>) => string | undefined>>
}

/** Events that a service keeps, newest first; ECS's own number. */
export const SERVICE_EVENTS_MAX = 100

const isBound = (task: Task): boolean => task.observed?.lastStatus !== TaskStatus.STOPPED

const slotOf = (event: ServiceEvent): string => String(event.sequence % SERVICE_EVENTS_MAX)

/** Every table there is. */
export const tables: { readonly [Name in TableName]: TableDefinition<Name> } = {
  clusters: {
    schema: ClusterSchema,
    keyOf: (cluster: Cluster) => namespaceMemberKey(cluster, cluster.name),
    indexes: { namespace: (cluster: Cluster) => namespaceKey(cluster) },
  },
  containerInstances: {
    schema: ContainerInstanceSchema,
    keyOf: (instance: ContainerInstance) => clusterMemberKey(instance, instance.instanceId),
    indexes: {
      cluster: (instance: ContainerInstance) => clusterKey(instance),
      instanceId: (instance: ContainerInstance) => instance.instanceId,
    },
  },
  taskDefinitions: {
    schema: TaskDefinitionSchema,
    keyOf: (definition: TaskDefinition) =>
      namespaceMemberKey(definition, `${definition.family}:${definition.revision}`),
    indexes: {
      namespace: (definition: TaskDefinition) => namespaceKey(definition),
      family: (definition: TaskDefinition) => namespaceMemberKey(definition, definition.family),
    },
  },
  taskDefinitionFamilies: {
    schema: TaskDefinitionFamilySchema,
    keyOf: (family: TaskDefinitionFamily) => namespaceMemberKey(family, family.family),
    indexes: { namespace: (family: TaskDefinitionFamily) => namespaceKey(family) },
  },
  services: {
    schema: ServiceSchema,
    keyOf: (service: Service) => clusterMemberKey(service, service.name),
    indexes: { cluster: (service: Service) => clusterKey(service) },
  },
  serviceRevisions: {
    schema: ServiceRevisionSchema,
    keyOf: (revision: ServiceRevision) => serviceMemberKey(revision, revision.revisionId),
    indexes: { service: (revision: ServiceRevision) => serviceKey(revision) },
  },
  serviceDeployments: {
    schema: ServiceDeploymentSchema,
    keyOf: (deployment: ServiceDeployment) => serviceMemberKey(deployment, deployment.deploymentId),
    indexes: { service: (deployment: ServiceDeployment) => serviceKey(deployment) },
  },
  serviceEvents: {
    schema: ServiceEventSchema,
    keyOf: (event: ServiceEvent) => serviceMemberKey(event, slotOf(event)),
    indexes: { service: (event: ServiceEvent) => serviceKey(event) },
  },
  tasks: {
    schema: TaskSchema,
    keyOf: (task: Task) => clusterMemberKey(task, task.taskId),
    indexes: {
      cluster: (task: Task) => clusterKey(task),
      boundInstance: (task: Task) =>
        isBound(task) ? clusterMemberKey(task, task.spec?.containerInstanceId ?? '-') : undefined,
      boundService: (task: Task) =>
        isBound(task) && task.spec !== undefined && task.spec.service !== ''
          ? clusterMemberKey(task, task.spec.service)
          : undefined,
      service: (task: Task) =>
        task.spec !== undefined && task.spec.service !== ''
          ? clusterMemberKey(task, task.spec.service)
          : undefined,
      stopped: (task: Task) => (isBound(task) ? undefined : 'stopped'),
      taskDefinition: (task: Task) =>
        task.spec === undefined ? undefined : namespaceMemberKey(task, task.spec.taskDefinition),
    },
  },
  idempotency: {
    schema: IdempotencyRecordSchema,
    keyOf: (record: IdempotencyRecord) =>
      joinKey(record.accountId, record.region, record.operation, encodeURIComponent(record.clientToken)),
    indexes: { all: (_record: IdempotencyRecord) => 'all' },
  },
  leases: {
    schema: LeaseSchema,
    keyOf: (lease: Lease) => joinKey(lease.name),
    indexes: {},
  },
}

/** Every table's name, in catalogue order. */
export const tableNames = Object.keys(tables) as TableName[]

/** A table whose name is not known at compile time; the caller answers for the entity's type. */
interface AnyTable {
  keyOf(entity: Message): string
  readonly indexes: Readonly<Record<string, (entity: Message) => string | undefined>>
}

const anyTable = (name: TableName): AnyTable => tables[name] as unknown as AnyTable

/** The `index=term` entries of an entity, as a log record carries them. */
export function indexTermsOf<Name extends TableName>(name: Name, entity: EntityOf<Name>): string[] {
  const terms: string[] = []
  for (const [index, termOf] of Object.entries(anyTable(name).indexes)) {
    const term = termOf(entity)
    if (term !== undefined) terms.push(`${index}=${term}`)
  }
  return terms
}

/** The key of an entity. */
export const keyOf = <Name extends TableName>(name: Name, entity: EntityOf<Name>): string =>
  anyTable(name).keyOf(entity)

/** The message schema of a table's entities. */
export const schemaOf = (name: TableName): DescMessage => tables[name].schema
