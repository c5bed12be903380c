/** The entities of the shared log and what they are made of. */
export type { Cluster, ContainerInstance, Lease } from './gen/homeport/types/v1/cluster_pb.ts'
export {
  ClusterSchema,
  ClusterStatus,
  ClusterStatusSchema,
  ContainerInstanceSchema,
  ContainerInstanceStatus,
  ContainerInstanceStatusSchema,
  LeaseSchema,
} from './gen/homeport/types/v1/cluster_pb.ts'
export type {
  Attribute,
  HostPort,
  InstanceResources,
  PlacementConstraint,
  PlacementStrategy,
  Tag,
  TaskRequirements,
} from './gen/homeport/types/v1/resources_pb.ts'
export {
  AttributeSchema,
  HostPortSchema,
  InstanceResourcesSchema,
  PlacementConstraintSchema,
  PlacementStrategySchema,
  TagSchema,
  TaskRequirementsSchema,
  TransportProtocol,
  TransportProtocolSchema,
} from './gen/homeport/types/v1/resources_pb.ts'
export type {
  Service,
  ServiceDeployment,
  ServiceEvent,
  ServiceRevision,
} from './gen/homeport/types/v1/service_pb.ts'
export {
  SchedulingStrategy,
  SchedulingStrategySchema,
  ServiceDeploymentSchema,
  ServiceDeploymentStatus,
  ServiceDeploymentStatusSchema,
  ServiceEventSchema,
  ServiceRevisionSchema,
  ServiceSchema,
  ServiceStatus,
  ServiceStatusSchema,
} from './gen/homeport/types/v1/service_pb.ts'
export type { TaskDefinition, TaskDefinitionFamily } from './gen/homeport/types/v1/task_definition_pb.ts'
export {
  TaskDefinitionFamilySchema,
  TaskDefinitionSchema,
  TaskDefinitionStatus,
  TaskDefinitionStatusSchema,
} from './gen/homeport/types/v1/task_definition_pb.ts'
export type {
  Container,
  ContainerSpec,
  IdempotencyRecord,
  NetworkBinding,
  Task,
  TaskObservation,
  TaskSpec,
} from './gen/homeport/types/v1/task_pb.ts'
export {
  ContainerSchema,
  ContainerSpecSchema,
  HealthStatus,
  HealthStatusSchema,
  IdempotencyRecordSchema,
  NetworkBindingSchema,
  TaskObservationSchema,
  TaskSchema,
  TaskSpecSchema,
  TaskStatus,
  TaskStatusSchema,
} from './gen/homeport/types/v1/task_pb.ts'
