import type * as applicationAutoscaling from '@aws-sdk/client-application-auto-scaling'
import type * as autoscaling from '@aws-sdk/client-auto-scaling'
import type * as cloudwatch from '@aws-sdk/client-cloudwatch'
import type * as logs from '@aws-sdk/client-cloudwatch-logs'
import type * as codedeploy from '@aws-sdk/client-codedeploy'
import type * as ecr from '@aws-sdk/client-ecr'
import type * as ecs from '@aws-sdk/client-ecs'
import type * as elasticloadbalancingv2 from '@aws-sdk/client-elastic-load-balancing-v2'
import type * as eventbridge from '@aws-sdk/client-eventbridge'
import type * as iam from '@aws-sdk/client-iam'
import type * as secretsmanager from '@aws-sdk/client-secrets-manager'
import type * as servicediscovery from '@aws-sdk/client-servicediscovery'
import type * as ssm from '@aws-sdk/client-ssm'
import type * as sts from '@aws-sdk/client-sts'
import type { ServiceName } from './service-table.ts'

/** The exports of each service's client package: its schemas at run time, its types for handlers. */
export interface ClientModules {
  ecs: typeof ecs
  logs: typeof logs
  elasticloadbalancingv2: typeof elasticloadbalancingv2
  'application-autoscaling': typeof applicationAutoscaling
  secretsmanager: typeof secretsmanager
  ssm: typeof ssm
  cloudwatch: typeof cloudwatch
  codedeploy: typeof codedeploy
  servicediscovery: typeof servicediscovery
  sts: typeof sts
  iam: typeof iam
  ecr: typeof ecr
  autoscaling: typeof autoscaling
  eventbridge: typeof eventbridge
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
