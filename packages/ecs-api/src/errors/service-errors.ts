/** Errors about services. */
export const SERVICE_ERRORS = {
  serviceNotFound: {
    code: 'ServiceNotFoundException',
    message: 'Service not found.',
    wording: 'ecs',
    operations: 'UpdateService DeleteService ListTasks ListServiceDeployments',
  },
  serviceNotActive: {
    code: 'ServiceNotActiveException',
    message: 'Service was not ACTIVE.',
    wording: 'ecs',
    operations: 'UpdateService',
  },
  serviceName: {
    code: 'InvalidParameterException',
    message:
      "Invalid service name '{name}'. Service names have 1 to 255 letters, numbers, hyphens or underscores.",
    wording: 'homeport',
    operations: 'CreateService',
  },
  serviceNotIdempotent: {
    code: 'InvalidParameterException',
    message: 'Creation of service was not idempotent.',
    wording: 'ecs',
    operations: 'CreateService',
  },
  serviceDraining: {
    code: 'InvalidParameterException',
    message: 'Unable to Start a service that is still Draining.',
    wording: 'ecs',
    operations: 'CreateService',
  },
  serviceScaled: {
    code: 'InvalidParameterException',
    message: 'The service cannot be stopped while it is scaled above 0.',
    wording: 'ecs',
    operations: 'DeleteService',
  },
  desiredCount: {
    code: 'InvalidParameterException',
    message: 'Invalid desiredCount. It must be between 0 and {maximum}.',
    wording: 'homeport',
    operations: 'CreateService UpdateService',
  },
  daemonDesiredCount: {
    code: 'InvalidParameterException',
    message:
      'The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again',
    wording: 'ecs',
    operations: 'CreateService UpdateService',
  },
  daemonPlacement: {
    code: 'InvalidParameterException',
    message:
      'The daemon scheduling strategy does not support placement strategies. Remove the placement strategy and try again',
    wording: 'ecs',
    operations: 'CreateService UpdateService',
  },
  daemonMaximumPercent: {
    code: 'InvalidParameterException',
    message: 'The daemon scheduling strategy does not support values above 100 for maximumPercent',
    wording: 'ecs',
    operations: 'CreateService UpdateService',
  },
  deploymentPercents: {
    code: 'InvalidParameterException',
    message: 'Invalid deployment configuration: {problem}.',
    wording: 'homeport',
    operations: 'CreateService UpdateService',
  },
  gracePeriod: {
    code: 'InvalidParameterException',
    message: 'Health check grace period is only valid for services configured to use load balancers',
    wording: 'ecs',
    operations: 'CreateService UpdateService',
  },
} as const
