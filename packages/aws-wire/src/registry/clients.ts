import type { ServiceName } from './service-table.ts'

/** The exports of each service's client package: its schemas at run time, its types for handlers. */
export interface ClientModules {
  ecs: typeof import('@aws-sdk/client-ecs')
  logs: typeof import('@aws-sdk/client-cloudwatch-logs')
  elasticloadbalancingv2: typeof import('@aws-sdk/client-elastic-load-balancing-v2')
  'application-autoscaling': typeof import('@aws-sdk/client-application-auto-scaling')
  secretsmanager: typeof import('@aws-sdk/client-secrets-manager')
  ssm: typeof import('@aws-sdk/client-ssm')
  cloudwatch: typeof import('@aws-sdk/client-cloudwatch')
  codedeploy: typeof import('@aws-sdk/client-codedeploy')
  servicediscovery: typeof import('@aws-sdk/client-servicediscovery')
  sts: typeof import('@aws-sdk/client-sts')
  iam: typeof import('@aws-sdk/client-iam')
  ecr: typeof import('@aws-sdk/client-ecr')
  autoscaling: typeof import('@aws-sdk/client-auto-scaling')
  eventbridge: typeof import('@aws-sdk/client-eventbridge')
}

/** The exports of one service's client package. */
export type ClientModule<S extends ServiceName> = ClientModules[S]

/**
 * Loads the client package that holds a service's model. Each import is dynamic, so that a process
 * pays only for the services that it serves.
 */
export const CLIENT_LOADERS: { readonly [S in ServiceName]: () => Promise<ClientModules[S]> } = {
  ecs: () => import('@aws-sdk/client-ecs'),
  logs: () => import('@aws-sdk/client-cloudwatch-logs'),
  elasticloadbalancingv2: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  'application-autoscaling': () => import('@aws-sdk/client-application-auto-scaling'),
  secretsmanager: () => import('@aws-sdk/client-secrets-manager'),
  ssm: () => import('@aws-sdk/client-ssm'),
  cloudwatch: () => import('@aws-sdk/client-cloudwatch'),
  codedeploy: () => import('@aws-sdk/client-codedeploy'),
  servicediscovery: () => import('@aws-sdk/client-servicediscovery'),
  sts: () => import('@aws-sdk/client-sts'),
  iam: () => import('@aws-sdk/client-iam'),
  ecr: () => import('@aws-sdk/client-ecr'),
  autoscaling: () => import('@aws-sdk/client-auto-scaling'),
  eventbridge: () => import('@aws-sdk/client-eventbridge'),
}
