export { ECS_ERRORS, type EcsErrorEntry, type EcsErrorId, ecsErrorEntries } from './errors/catalogue.ts'
export { EcsError, type EcsErrorOptions, type EcsErrorValues, ecsError } from './errors/ecs-error.ts'
export {
  parseClusterReference,
  parseContainerInstanceReference,
  parseServiceMemberArn,
  parseServiceReference,
  parseTaskDefinitionReference,
  parseTaskReference,
  type ReferenceScope,
  type ServiceMemberReference,
  type TaskDefinitionReference,
} from './names/references.ts'
export { DEFAULT_CLUSTER } from './names/resource-names.ts'
export { parseTaggableArn, type TaggableResource } from './names/taggable.ts'
export {
  type CheckedAttribute,
  CUSTOM_ATTRIBUTES_MAX,
  checkAttributes,
  isReservedAttribute,
  type RequestAttribute,
} from './requests/attributes.ts'
export {
  type CheckedCluster,
  checkClusterSettings,
  checkCreateCluster,
  refuseUnavailableCluster,
} from './requests/cluster.ts'
export { checkClientToken, checkLabels, checkLaunch, type LaunchMembers } from './requests/launch.ts'
export { checkOverrides } from './requests/overrides.ts'
export { type CheckedPlacement, checkPlacement } from './requests/placement.ts'
export {
  type CircuitBreaker,
  checkCircuitBreaker,
  checkDeploymentConfiguration,
  checkDesiredCount,
  checkServiceName,
  DAEMON_PERCENTS,
  DEFAULT_PERCENTS,
  type DeploymentPercents,
  NO_CIRCUIT_BREAKER,
  refuseDaemonMembers,
  refuseUnavailableCreation,
  refuseUnavailableService,
} from './requests/service.ts'
export { checkProtection } from './requests/task-protection.ts'
export {
  type CheckedTag,
  checkTagKeys,
  checkTags,
  mergeTags,
  type RequestTag,
  TAGS_MAX,
} from './tags/tags.ts'
export {
  parseDocument,
  type StoredContainer,
  type TaskDefinitionDocument,
} from './task-definition/document.ts'
export { registerTaskDefinition } from './task-definition/register.ts'
export { CAPABILITY_ATTRIBUTES } from './task-definition/required-attributes.ts'
export { type ContainerSizes, containerSizesOf, requirementsOf } from './task-definition/requirements.ts'
