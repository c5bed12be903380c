/** Errors that many operations share. */
export const COMMON_ERRORS = {
  memberBlank: {
    code: 'InvalidParameterException',
    message: '{member} can not be blank.',
    wording: 'ecs',
    operations: 'all',
  },
  identifierSeparators: {
    code: 'InvalidParameterException',
    message: 'Invalid identifier: Unexpected number of separators',
    wording: 'ecs',
    operations: 'all',
  },
  identifierKind: {
    code: 'InvalidParameterException',
    message: 'Invalid identifier: {identifier} is not an ARN of a {kind}',
    wording: 'homeport',
    operations: 'all',
  },
  identifierRegion: {
    code: 'InvalidParameterException',
    message: 'Invalid identifier: Identifier is for {actual}. You are accessing {expected}',
    wording: 'homeport',
    operations: 'all',
  },
  identifierAccount: {
    code: 'AccessDeniedException',
    message: 'Access denied: the identifier is for account {actual}',
    wording: 'homeport',
    operations: 'all',
  },
  identifierCluster: {
    code: 'InvalidParameterException',
    message: 'Identifier is for cluster {actual}. Your cluster is {expected}',
    wording: 'homeport',
    operations: 'all',
  },
  identifierLength: {
    code: 'InvalidParameterException',
    message: '{kind} length should be one of [32,36]',
    wording: 'ecs',
    operations:
      'DescribeTasks StopTask GetTaskProtection UpdateTaskProtection DescribeContainerInstances UpdateContainerInstancesState DeregisterContainerInstance UpdateContainerAgent PutAttributes DeleteAttributes StartTask ListTasks TagResource UntagResource ListTagsForResource',
  },
  listEmpty: {
    code: 'InvalidParameterException',
    message: '{list} cannot be empty.',
    wording: 'ecs',
    operations:
      'DescribeTasks DescribeServices DescribeContainerInstances UpdateContainerInstancesState PutAttributes DeleteAttributes StartTask UpdateTaskProtection DescribeServiceDeployments DescribeServiceRevisions DeleteTaskDefinitions',
  },
  listTooLong: {
    code: 'InvalidParameterException',
    message: '{list} cannot have more than {maximum} elements.',
    wording: 'homeport',
    operations:
      'DescribeClusters DescribeTasks DescribeServices DescribeContainerInstances UpdateContainerInstancesState PutAttributes DeleteAttributes GetTaskProtection UpdateTaskProtection DescribeServiceDeployments DescribeServiceRevisions DeleteTaskDefinitions RunTask StartTask CreateService UpdateService',
  },
  pageToken: {
    code: 'InvalidParameterException',
    message: 'Invalid token {token}',
    wording: 'ecs',
    operations:
      'ListClusters ListTaskDefinitions ListTaskDefinitionFamilies ListTasks ListServices ListContainerInstances ListAttributes ListServiceDeployments ListServicesByNamespace DescribeCapacityProviders',
  },
  pageSize: {
    code: 'InvalidParameterException',
    message: 'Max results should be between 1 and 100',
    wording: 'homeport',
    operations:
      'ListClusters ListTaskDefinitions ListTaskDefinitionFamilies ListTasks ListServices ListContainerInstances ListAttributes ListServiceDeployments ListServicesByNamespace DescribeCapacityProviders',
  },
  tagCount: {
    code: 'InvalidParameterException',
    message: 'The maximum number of tags per resource is 50.',
    wording: 'homeport',
    operations: 'CreateCluster RegisterTaskDefinition RunTask StartTask CreateService TagResource',
  },
  tagKey: {
    code: 'InvalidParameterException',
    message: "Invalid tag key '{key}'. Tag keys have 1 to 128 letters, numbers, spaces or _.:/=+-@",
    wording: 'homeport',
    operations: 'CreateCluster RegisterTaskDefinition RunTask StartTask CreateService TagResource',
  },
  tagValue: {
    code: 'InvalidParameterException',
    message: "Invalid value of tag '{key}'. Tag values have at most 256 letters, numbers, spaces or _.:/=+-@",
    wording: 'homeport',
    operations: 'CreateCluster RegisterTaskDefinition RunTask StartTask CreateService TagResource',
  },
  tagReserved: {
    code: 'InvalidParameterException',
    message: "Tag keys that start with 'aws:' are reserved, received '{key}'.",
    wording: 'homeport',
    operations: 'CreateCluster RegisterTaskDefinition RunTask StartTask CreateService TagResource',
  },
  tagDuplicate: {
    code: 'InvalidParameterException',
    message: "Duplicate tag keys found, received '{key}'.",
    wording: 'homeport',
    operations: 'CreateCluster RegisterTaskDefinition RunTask StartTask CreateService TagResource',
  },
  tagArn: {
    code: 'InvalidParameterException',
    message: 'Long arn format must be used for tagging operations',
    wording: 'ecs',
    operations: 'TagResource UntagResource ListTagsForResource',
  },
  tagKind: {
    code: 'InvalidParameterException',
    message: "Invalid resource ARN '{arn}'. Its resource cannot be tagged.",
    wording: 'homeport',
    operations: 'TagResource UntagResource ListTagsForResource',
  },
  taggedNotFound: {
    code: 'ResourceNotFoundException',
    message: 'The specified resource could not be found.',
    wording: 'homeport',
    operations: 'TagResource UntagResource ListTagsForResource',
  },
  notSupported: {
    code: 'UnsupportedFeatureException',
    message: 'Homeport does not support {what} yet.',
    wording: 'homeport',
    operations: 'CreateService UpdateService RunTask StartTask CreateCluster UpdateCluster DeleteService',
  },
  notImplemented: {
    code: 'UnsupportedFeatureException',
    message: 'Homeport does not implement {operation} yet.',
    wording: 'homeport',
    operations: 'all',
  },
  notApplicable: {
    code: 'UnsupportedFeatureException',
    message: 'Homeport does not implement {operation}: {reason}.',
    wording: 'homeport',
    operations: 'all',
  },
  throttled: {
    code: 'ThrottlingException',
    message: 'Rate exceeded',
    wording: 'ecs',
    operations: 'all',
  },
  serverUnavailable: {
    code: 'ServerException',
    message: 'Service Unavailable. Please try again later.',
    wording: 'ecs',
    operations: 'all',
  },
} as const
