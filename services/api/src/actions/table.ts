import type { OperationName } from '@homeport/aws-wire'
import type { EcsAction } from './action.ts'
import { createCluster } from './create-cluster.ts'
import { createService } from './create-service.ts'
import { deleteAttributes } from './delete-attributes.ts'
import { deleteCluster } from './delete-cluster.ts'
import { deleteService } from './delete-service.ts'
import { deleteTaskDefinitions } from './delete-task-definitions.ts'
import { deregisterContainerInstance } from './deregister-container-instance.ts'
import { deregisterTaskDefinition } from './deregister-task-definition.ts'
import { describeCapacityProviders } from './describe-capacity-providers.ts'
import { describeClusters } from './describe-clusters.ts'
import { describeContainerInstances } from './describe-container-instances.ts'
import { describeServiceDeployments } from './describe-service-deployments.ts'
import { describeServiceRevisions } from './describe-service-revisions.ts'
import { describeServices } from './describe-services.ts'
import { describeTaskDefinition } from './describe-task-definition.ts'
import { describeTasks } from './describe-tasks.ts'
import { getTaskProtection } from './get-task-protection.ts'
import { listAttributes } from './list-attributes.ts'
import { listClusters } from './list-clusters.ts'
import { listContainerInstances } from './list-container-instances.ts'
import { listServiceDeployments } from './list-service-deployments.ts'
import { listServices } from './list-services.ts'
import { listServicesByNamespace } from './list-services-by-namespace.ts'
import { listTagsForResource } from './list-tags-for-resource.ts'
import { listTaskDefinitionFamilies } from './list-task-definition-families.ts'
import { listTaskDefinitions } from './list-task-definitions.ts'
import { listTasks } from './list-tasks.ts'
import { putAttributes } from './put-attributes.ts'
import { putClusterCapacityProviders } from './put-cluster-capacity-providers.ts'
import { registerTaskDefinition } from './register-task-definition.ts'
import { runTask } from './run-task.ts'
import { startTask } from './start-task.ts'
import { stopTask } from './stop-task.ts'
import { tagResource } from './tag-resource.ts'
import { untagResource } from './untag-resource.ts'
import { updateCluster, updateClusterSettings } from './update-cluster.ts'
import { updateContainerAgent } from './update-container-agent.ts'
import { updateContainerInstancesState } from './update-container-instances-state.ts'
import { updateService } from './update-service.ts'
import { updateTaskProtection } from './update-task-protection.ts'

/** Every operation of ECS that is implemented. */
export const ECS_ACTIONS: { readonly [Operation in OperationName<'ecs'>]?: EcsAction<Operation> } = {
  CreateCluster: createCluster,
  CreateService: createService,
  DeleteAttributes: deleteAttributes,
  DeleteCluster: deleteCluster,
  DeleteService: deleteService,
  DeleteTaskDefinitions: deleteTaskDefinitions,
  DeregisterContainerInstance: deregisterContainerInstance,
  DeregisterTaskDefinition: deregisterTaskDefinition,
  DescribeCapacityProviders: describeCapacityProviders,
  DescribeClusters: describeClusters,
  DescribeContainerInstances: describeContainerInstances,
  DescribeServiceDeployments: describeServiceDeployments,
  DescribeServiceRevisions: describeServiceRevisions,
  DescribeServices: describeServices,
  DescribeTaskDefinition: describeTaskDefinition,
  DescribeTasks: describeTasks,
  GetTaskProtection: getTaskProtection,
  ListAttributes: listAttributes,
  ListClusters: listClusters,
  ListContainerInstances: listContainerInstances,
  ListServiceDeployments: listServiceDeployments,
  ListServices: listServices,
  ListServicesByNamespace: listServicesByNamespace,
  ListTagsForResource: listTagsForResource,
  ListTaskDefinitionFamilies: listTaskDefinitionFamilies,
  ListTaskDefinitions: listTaskDefinitions,
  ListTasks: listTasks,
  PutAttributes: putAttributes,
  PutClusterCapacityProviders: putClusterCapacityProviders,
  RegisterTaskDefinition: registerTaskDefinition,
  RunTask: runTask,
  StartTask: startTask,
  StopTask: stopTask,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateCluster: updateCluster,
  UpdateClusterSettings: updateClusterSettings,
  UpdateContainerAgent: updateContainerAgent,
  UpdateContainerInstancesState: updateContainerInstancesState,
  UpdateService: updateService,
  UpdateTaskProtection: updateTaskProtection,
}
