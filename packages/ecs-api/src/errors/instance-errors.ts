/** Errors about container instances and their attributes. */
export const INSTANCE_ERRORS = {
  instanceNotFound: {
    code: 'ClientException',
    message: 'Referenced container instance {id} not found.',
    wording: 'ecs',
    operations: 'DeregisterContainerInstance UpdateContainerAgent',
  },
  instanceHasTasks: {
    code: 'InvalidParameterException',
    message: 'Found running tasks on the instance.',
    wording: 'ecs',
    operations: 'DeregisterContainerInstance',
  },
  instanceStatus: {
    code: 'InvalidParameterException',
    message: 'Container instance status should be one of [ACTIVE, DRAINING]',
    wording: 'homeport',
    operations: 'UpdateContainerInstancesState',
  },
  agentUpdate: {
    code: 'NoUpdateAvailableException',
    message:
      "There is no update available for your container agent: Homeport's agent is updated on its host.",
    wording: 'homeport',
    operations: 'UpdateContainerAgent',
  },
  attributeName: {
    code: 'InvalidParameterException',
    message:
      "Invalid attribute name '{name}'. Attribute names have 1 to 128 letters, numbers or _.-/\\ and do not start with ecs.",
    wording: 'homeport',
    operations: 'PutAttributes DeleteAttributes',
  },
  attributeValue: {
    code: 'InvalidParameterException',
    message:
      "Invalid value of attribute '{name}'. Attribute values have at most 128 letters, numbers, blanks or _.-/\\@: and neither start nor end with a blank.",
    wording: 'homeport',
    operations: 'PutAttributes',
  },
  attributeTargetType: {
    code: 'InvalidParameterException',
    message: "The target type must be given when the target id is not an ARN, received '{target}'.",
    wording: 'homeport',
    operations: 'PutAttributes DeleteAttributes',
  },
  attributeTarget: {
    code: 'TargetNotFoundException',
    message: "Target '{target}' not found.",
    wording: 'homeport',
    operations: 'PutAttributes DeleteAttributes',
  },
  attributeLimit: {
    code: 'AttributeLimitExceededException',
    message: "Target '{target}' cannot have more than {maximum} custom attributes.",
    wording: 'homeport',
    operations: 'PutAttributes',
  },
  attributeNameMissing: {
    code: 'InvalidParameterException',
    message: 'Attribute name must be given with an attribute value.',
    wording: 'homeport',
    operations: 'ListAttributes',
  },
} as const
