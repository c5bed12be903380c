/** Errors about clusters and container instances. */
export const CLUSTER_ERRORS = {
  clusterNotFound: {
    code: 'ClusterNotFoundException',
    message: 'Cluster not found.',
    wording: 'ecs',
    operations: 'all',
  },
  clusterInactive: {
    code: 'ClusterNotFoundException',
    message: 'The referenced cluster was inactive.',
    wording: 'ecs',
    operations: 'all',
  },
  clusterName: {
    code: 'InvalidParameterException',
    message:
      "Invalid cluster name '{name}'. Cluster names have 1 to 255 letters, numbers, hyphens or underscores.",
    wording: 'homeport',
    operations: 'CreateCluster',
  },
  clusterSetting: {
    code: 'InvalidParameterException',
    message: "Invalid value '{value}' of the cluster setting {name}.",
    wording: 'homeport',
    operations: 'CreateCluster UpdateCluster UpdateClusterSettings',
  },
  capacityProviderUnknown: {
    code: 'InvalidParameterException',
    message: 'The specified capacity provider {name} was not found.',
    wording: 'homeport',
    operations: 'PutClusterCapacityProviders',
  },
  clusterContainsInstances: {
    code: 'ClusterContainsContainerInstancesException',
    message: 'The Cluster cannot be deleted while Container Instances are active or draining.',
    wording: 'ecs',
    operations: 'DeleteCluster',
  },
  clusterContainsServices: {
    code: 'ClusterContainsServicesException',
    message: 'The Cluster cannot be deleted while Services are active.',
    wording: 'ecs',
    operations: 'DeleteCluster',
  },
  clusterContainsTasks: {
    code: 'ClusterContainsTasksException',
    message: 'The Cluster cannot be deleted while Tasks are active.',
    wording: 'ecs',
    operations: 'DeleteCluster',
  },
  noContainerInstances: {
    code: 'InvalidParameterException',
    message: 'No Container Instances were found in your cluster.',
    wording: 'ecs',
    operations: 'RunTask',
  },
  clusterQuery: {
    code: 'InvalidParameterException',
    message: '{problem}',
    wording: 'homeport',
    operations: 'ListContainerInstances RunTask CreateService UpdateService RegisterTaskDefinition',
  },
} as const
