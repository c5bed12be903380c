/** Errors about tasks. */
export const TASK_ERRORS = {
  taskNotFound: {
    code: 'InvalidParameterException',
    message: 'The referenced task was not found.',
    wording: 'ecs',
    operations: 'StopTask',
  },
  taskCount: {
    code: 'InvalidParameterException',
    message: 'Count should be between 1 and 10.',
    wording: 'homeport',
    operations: 'RunTask',
  },
  startedBy: {
    code: 'InvalidParameterException',
    message:
      'Invalid startedBy. It has at most 128 letters, numbers, hyphens, forward slashes or underscores.',
    wording: 'homeport',
    operations: 'RunTask StartTask',
  },
  taskGroup: {
    code: 'InvalidParameterException',
    message:
      "Invalid task group '{group}'. Groups have at most 255 characters and do not start with service:.",
    wording: 'homeport',
    operations: 'RunTask StartTask',
  },
  protectionMinutes: {
    code: 'InvalidParameterException',
    message: 'Invalid expiresInMinutes. It must be between 1 and {maximum}.',
    wording: 'homeport',
    operations: 'UpdateTaskProtection',
  },
  stopReason: {
    code: 'InvalidParameterException',
    message: 'Reason is longer than {maximum} characters.',
    wording: 'homeport',
    operations: 'StopTask',
  },
  clientToken: {
    code: 'InvalidParameterException',
    message: 'Invalid clientToken. It has at most 64 characters from 33 to 126 of ASCII.',
    wording: 'homeport',
    operations: 'RunTask CreateService',
  },
  clientTokenConflict: {
    code: 'ConflictException',
    message:
      'The RunTask request could not be processed due to conflicts. The provided clientToken is already in use with a different RunTask request.',
    wording: 'ecs',
    operations: 'RunTask',
  },
  launchTypeUnsupported: {
    code: 'InvalidParameterException',
    message: 'Task definition does not support launch_type {launchType}.',
    wording: 'ecs',
    operations: 'RunTask CreateService',
  },
  launchTypeAndStrategy: {
    code: 'InvalidParameterException',
    message:
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    wording: 'ecs',
    operations: 'RunTask CreateService',
  },
  networkConfiguration: {
    code: 'InvalidParameterException',
    message: 'Network Configuration is not valid for the given networkMode of this task definition.',
    wording: 'ecs',
    operations: 'RunTask StartTask CreateService UpdateService',
  },
  propagateService: {
    code: 'InvalidParameterException',
    message: 'Invalid propagateTags. SERVICE is not allowed for tasks that are not of a service.',
    wording: 'homeport',
    operations: 'RunTask StartTask',
  },
  platformVersion: {
    code: 'InvalidParameterException',
    message: 'The platform version must be null when specifying an EC2 launch type.',
    wording: 'ecs',
    operations: 'RunTask CreateService UpdateService',
  },
  overrideUnknownContainer: {
    code: 'InvalidParameterException',
    message: 'Override for container named {container} is not a container in the TaskDefinition.',
    wording: 'ecs',
    operations: 'RunTask StartTask',
  },
  overrideWithoutName: {
    code: 'InvalidParameterException',
    message: 'Container Override name can not be blank.',
    wording: 'homeport',
    operations: 'RunTask StartTask',
  },
  overrideLength: {
    code: 'InvalidParameterException',
    message: 'Container Overrides length must be at most 8192',
    wording: 'ecs',
    operations: 'RunTask StartTask',
  },
  overrideSize: {
    code: 'InvalidParameterException',
    message: "Invalid '{member}' override for container '{container}'.",
    wording: 'homeport',
    operations: 'RunTask StartTask',
  },
  overrideTaskSize: {
    code: 'InvalidParameterException',
    message: "Invalid '{member}' override for task.",
    wording: 'homeport',
    operations: 'RunTask StartTask',
  },
  placementConstraint: {
    code: 'InvalidParameterException',
    message: 'Invalid placement constraint: {problem}.',
    wording: 'homeport',
    operations: 'RunTask CreateService UpdateService',
  },
  placementRules: {
    code: 'InvalidParameterException',
    message: '{problem}',
    wording: 'homeport',
    operations: 'RunTask StartTask CreateService UpdateService',
  },
  placementRefused: {
    code: 'InvalidParameterException',
    message: '{problem}',
    wording: 'homeport',
    operations: 'RunTask StartTask',
  },
} as const
