/** Amazon resource names of ECS, in their long form. */

/** Where a resource lives. */
export interface Namespace {
  /** Twelve digits. */
  readonly accountId: string
  readonly region: string
}

const ecsArn = (namespace: Namespace, resource: string): string =>
  `arn:aws:ecs:${namespace.region}:${namespace.accountId}:${resource}`

/** `arn:aws:ecs:REGION:ACCOUNT:cluster/NAME` */
export const clusterArn = (namespace: Namespace, cluster: string): string =>
  ecsArn(namespace, `cluster/${cluster}`)

/** `…:task/CLUSTER/ID` */
export const taskArn = (namespace: Namespace, cluster: string, taskId: string): string =>
  ecsArn(namespace, `task/${cluster}/${taskId}`)

/** `…:service/CLUSTER/NAME` */
export const serviceArn = (namespace: Namespace, cluster: string, service: string): string =>
  ecsArn(namespace, `service/${cluster}/${service}`)

/** `…:container-instance/CLUSTER/ID` */
export const containerInstanceArn = (namespace: Namespace, cluster: string, instanceId: string): string =>
  ecsArn(namespace, `container-instance/${cluster}/${instanceId}`)

/** `…:task-definition/FAMILY:REVISION`; `familyRevision` is `FAMILY:REVISION`. */
export const taskDefinitionArn = (namespace: Namespace, familyRevision: string): string =>
  ecsArn(namespace, `task-definition/${familyRevision}`)

/** `…:service-deployment/CLUSTER/SERVICE/ID` */
export const serviceDeploymentArn = (namespace: Namespace, path: ServicePath, deploymentId: string): string =>
  ecsArn(namespace, `service-deployment/${path.cluster}/${path.service}/${deploymentId}`)

/** `…:service-revision/CLUSTER/SERVICE/ID` */
export const serviceRevisionArn = (namespace: Namespace, path: ServicePath, revisionId: string): string =>
  ecsArn(namespace, `service-revision/${path.cluster}/${path.service}/${revisionId}`)

/** `…:container/CLUSTER/TASK/CONTAINER`, where CONTAINER is derived from the task and the container's name. */
export const containerArn = (namespace: Namespace, path: ContainerPath): string =>
  ecsArn(namespace, `container/${path.cluster}/${path.taskId}/${path.containerId}`)

/** A service by its cluster and name. */
export interface ServicePath {
  readonly cluster: string
  readonly service: string
}

/** A container by its cluster, task and own id (UUID form). */
export interface ContainerPath {
  readonly cluster: string
  readonly taskId: string
  readonly containerId: string
}

/** The parts of an ARN that say whose it is and what. */
export interface ParsedArn {
  /** As `ecs`. */
  readonly service: string
  readonly region: string
  readonly accountId: string
  /** Everything after the account, as `task/default/0123`. */
  readonly resource: string
}

/** Splits an ARN, or gives `undefined` when `text` is none. */
export function parseArn(text: string): ParsedArn | undefined {
  const match = /^arn:[^:]+:([^:]*):([^:]*):([^:]*):(.+)$/.exec(text)
  if (match === null) return undefined
  const [, service = '', region = '', accountId = '', resource = ''] = match
  return { service, region, accountId, resource }
}
