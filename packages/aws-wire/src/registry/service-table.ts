/**
 * The AWS services that the registry knows: facts that the client packages hold in their client
 * configuration and not in their exported schemas. A test compares each row with that configuration.
 * To add a service, see docs/design/aws-wire.md.
 */

/** What the wire needs to know of a service before its model is loaded. */
export interface ServiceFacts {
  /** Smithy namespace of the service's shapes. */
  readonly namespace: string
  /** Service part of a SigV4 credential scope. */
  readonly signingName: string
  /** What precedes the dot in `X-Amz-Target`, and the service name in an RPC v2 CBOR path. */
  readonly targetPrefix: string
  /** `Version` of an awsQuery request. */
  readonly apiVersion: string
  /**
   * `xmlns` of awsQuery answers. Absent for a service without an XML form (ECS has documents, which have
   * none), which then is not served under query.
   */
  readonly xmlNamespace?: string
  /** JSON and CBOR answers carry awsQuery error codes when asked to. Default false. */
  readonly queryCompatible?: boolean
  /** Operations that carry their proof in the input and so arrive without a signature. Default none. */
  readonly unsignedOperations?: readonly string[]
}

/** Every known service, in the order of the table. */
export const SERVICE_NAMES = [
  'ecs',
  'logs',
  'elasticloadbalancingv2',
  'application-autoscaling',
  'secretsmanager',
  'ssm',
  'cloudwatch',
  'codedeploy',
  'servicediscovery',
  'sts',
  'iam',
  'ecr',
  'autoscaling',
  'eventbridge',
] as const

/** Name of a known service. */
export type ServiceName = (typeof SERVICE_NAMES)[number]

/** The facts of every known service. */
export const SERVICE_FACTS: Readonly<Record<ServiceName, ServiceFacts>> = {
  ecs: {
    namespace: 'com.amazonaws.ecs',
    signingName: 'ecs',
    targetPrefix: 'AmazonEC2ContainerServiceV20141113',
    apiVersion: '2014-11-13',
  },
  logs: {
    namespace: 'com.amazonaws.cloudwatchlogs',
    signingName: 'logs',
    targetPrefix: 'Logs_20140328',
    apiVersion: '2014-03-28',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2014-03-28/',
  },
  elasticloadbalancingv2: {
    namespace: 'com.amazonaws.elasticloadbalancingv2',
    signingName: 'elasticloadbalancing',
    targetPrefix: 'ElasticLoadBalancing_v10',
    apiVersion: '2015-12-01',
    xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
  },
  'application-autoscaling': {
    namespace: 'com.amazonaws.applicationautoscaling',
    signingName: 'application-autoscaling',
    targetPrefix: 'AnyScaleFrontendService',
    apiVersion: '2016-02-06',
  },
  secretsmanager: {
    namespace: 'com.amazonaws.secretsmanager',
    signingName: 'secretsmanager',
    targetPrefix: 'secretsmanager',
    apiVersion: '2017-10-17',
  },
  ssm: {
    namespace: 'com.amazonaws.ssm',
    signingName: 'ssm',
    targetPrefix: 'AmazonSSM',
    apiVersion: '2014-11-06',
    xmlNamespace: 'http://ssm.amazonaws.com/doc/2014-11-06/',
  },
  cloudwatch: {
    namespace: 'com.amazonaws.cloudwatch',
    signingName: 'monitoring',
    targetPrefix: 'GraniteServiceVersion20100801',
    apiVersion: '2010-08-01',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    queryCompatible: true,
  },
  codedeploy: {
    namespace: 'com.amazonaws.codedeploy',
    signingName: 'codedeploy',
    targetPrefix: 'CodeDeploy_20141006',
    apiVersion: '2014-10-06',
    xmlNamespace: 'http://codedeploy.amazonaws.com/doc/2014-10-06/',
  },
  servicediscovery: {
    namespace: 'com.amazonaws.servicediscovery',
    signingName: 'servicediscovery',
    targetPrefix: 'Route53AutoNaming_v20170314',
    apiVersion: '2017-03-14',
  },
  sts: {
    namespace: 'com.amazonaws.sts',
    signingName: 'sts',
    targetPrefix: 'AWSSecurityTokenServiceV20110615',
    apiVersion: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    unsignedOperations: ['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity'],
  },
  iam: {
    namespace: 'com.amazonaws.iam',
    signingName: 'iam',
    targetPrefix: 'AWSIdentityManagementV20100508',
    apiVersion: '2010-05-08',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  },
  ecr: {
    namespace: 'com.amazonaws.ecr',
    signingName: 'ecr',
    targetPrefix: 'AmazonEC2ContainerRegistry_V20150921',
    apiVersion: '2015-09-21',
    xmlNamespace: 'http://ecr.amazonaws.com/doc/2015-09-21/',
  },
  autoscaling: {
    namespace: 'com.amazonaws.autoscaling',
    signingName: 'autoscaling',
    targetPrefix: 'AutoScaling_2011_01_01',
    apiVersion: '2011-01-01',
    xmlNamespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
  },
  eventbridge: {
    namespace: 'com.amazonaws.eventbridge',
    signingName: 'events',
    targetPrefix: 'AWSEvents',
    apiVersion: '2015-10-07',
    xmlNamespace: 'http://events.amazonaws.com/doc/2015-10-07',
  },
}
