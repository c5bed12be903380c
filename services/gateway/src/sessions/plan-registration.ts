/** What a registration means for the rows of its instance and cluster. Pure. */
import { create } from '@bufbuild/protobuf'
import type { Row } from '@homeport/store'
import type { Register } from '@homeport/wire/agent'
import {
  type Attribute,
  type Cluster,
  ClusterSchema,
  ClusterStatus,
  type ContainerInstance,
  ContainerInstanceSchema,
  ContainerInstanceStatus,
  type Tag,
} from '@homeport/wire/types'
import type { HostIdentity } from './host-identity.ts'

/** The cluster that exists as soon as somebody joins it. */
export const DEFAULT_CLUSTER = 'default'

/** What is known when an agent registers. */
export interface RegistrationFacts {
  readonly host: HostIdentity
  readonly register: Register
  /** The row of the certificate's instance, wherever it is. */
  readonly instance: Row<'containerInstances'> | undefined
  /** The row of the cluster that the agent names. */
  readonly cluster: Row<'clusters'> | undefined
  /** For a new instance. */
  readonly externalId: string
  readonly nowMs: number
}

/** What to write, or why not to. */
export type RegistrationPlan =
  | {
      readonly kind: 'write'
      readonly instance: ContainerInstance
      /** Present when the cluster has to be made, too. */
      readonly newCluster?: Cluster
    }
  | Refusal

/** Why an agent may not register. */
export interface Refusal {
  readonly kind: 'refused'
  /** `SessionEnd.code` */
  readonly code: 'INVALID' | 'DEREGISTERED'
  readonly message: string
}

const CLUSTER_NAME = /^[a-zA-Z0-9_-]{1,255}$/
const REGION = /^[a-z0-9-]{1,64}$/
const HOSTNAME_LENGTH_MAX = 253

/** Attributes that only agents have a say in: one that is no longer reported no longer holds. */
const AGENT_ATTRIBUTE = /^(ecs|com\.amazonaws\.ecs)\./

/** Decides about one registration. */
export function planRegistration(facts: RegistrationFacts): RegistrationPlan {
  return refusalOfContent(facts.register) ?? refusalOfState(facts) ?? planWrite(facts)
}

function refusalOfContent(register: Register): Refusal | undefined {
  const { cluster, region, resources, hostname } = register
  if (!CLUSTER_NAME.test(cluster)) {
    return invalid('InvalidParameterException: Invalid cluster name', cluster)
  }
  if (!REGION.test(region)) return invalid('InvalidParameterException: Invalid region', region)
  if (hostname.length > HOSTNAME_LENGTH_MAX) {
    return invalid('InvalidParameterException: Invalid host name', `${hostname.length} characters`)
  }
  return resources === undefined
    ? invalid('InvalidParameterException: Missing instance resources', 'none')
    : undefined
}

const invalid = (message: string, received: string): Refusal => ({
  kind: 'refused',
  code: 'INVALID',
  message: `${message}, received ${received}`,
})

function refusalOfState({ register, instance, cluster }: RegistrationFacts): Refusal | undefined {
  const known = instance?.value
  if (known?.status === ContainerInstanceStatus.INACTIVE) {
    return {
      kind: 'refused',
      code: 'DEREGISTERED',
      message: `Container instance ${known.instanceId} was deregistered`,
    }
  }
  if (known !== undefined && known.region !== register.region) {
    return mismatch('region', known.region, register.region)
  }
  if (known !== undefined && known.cluster !== register.cluster) {
    return mismatch('cluster', known.cluster, register.cluster)
  }
  const isActive = cluster?.value.status === ClusterStatus.ACTIVE
  if (isActive || register.cluster === DEFAULT_CLUSTER) return undefined
  return { kind: 'refused', code: 'INVALID', message: 'ClusterNotFoundException: Cluster not found.' }
}

/** The words of the ECS agent for a host whose checkpoint is of another cluster. */
const mismatch = (what: string, saved: string, configured: string): Refusal => ({
  kind: 'refused',
  code: 'INVALID',
  message: `ClientException: Data mismatch; saved ${what} '${saved}' does not match configured ${what} '${configured}'. Perhaps you want to delete the configured checkpoint file?`,
})

function planWrite(facts: RegistrationFacts): RegistrationPlan {
  const instance =
    facts.instance === undefined ? newInstance(facts) : knownInstance(facts, facts.instance.value)
  if (facts.cluster?.value.status === ClusterStatus.ACTIVE) return { kind: 'write', instance }
  const newCluster = create(ClusterSchema, {
    accountId: facts.host.accountId,
    region: facts.register.region,
    name: facts.register.cluster,
    status: ClusterStatus.ACTIVE,
    createdAtMs: facts.nowMs,
    document: '{}',
  })
  return { kind: 'write', instance, newCluster }
}

function newInstance({ host, register, externalId, nowMs }: RegistrationFacts): ContainerInstance {
  return create(ContainerInstanceSchema, {
    ...reportedOf(register),
    accountId: host.accountId,
    region: register.region,
    cluster: register.cluster,
    instanceId: host.instanceId,
    externalId,
    status: ContainerInstanceStatus.ACTIVE,
    agentConnected: true,
    agentConnectionChangedAtMs: nowMs,
    registeredAtMs: nowMs,
    attributes: register.attributes,
    tags: register.tags,
  })
}

function knownInstance({ register, nowMs }: RegistrationFacts, known: ContainerInstance): ContainerInstance {
  return {
    ...known,
    ...reportedOf(register),
    agentConnected: true,
    agentConnectionChangedAtMs: known.agentConnected ? known.agentConnectionChangedAtMs : nowMs,
    attributes: mergeAttributes(known.attributes, register.attributes),
    tags: mergeTags(known.tags, register.tags),
  }
}

/** What an agent has the only say in. */
function reportedOf(
  register: Register,
): Pick<ContainerInstance, 'hostname' | 'agentVersion' | 'agentHash' | 'dockerVersion'> &
  Partial<Pick<ContainerInstance, 'resources'>> {
  const { hostname, agentVersion, agentHash, dockerVersion, resources } = register
  return {
    hostname,
    agentVersion,
    agentHash,
    dockerVersion,
    ...(resources === undefined ? {} : { resources }),
  }
}

/** What users put stays, unless the agent now reports the same name. */
function mergeAttributes(known: readonly Attribute[], reported: readonly Attribute[]): Attribute[] {
  const reportedNames = new Set(reported.map((attribute) => attribute.name))
  const kept = known.filter(
    (attribute) => !reportedNames.has(attribute.name) && !AGENT_ATTRIBUTE.test(attribute.name),
  )
  return [...kept, ...reported]
}

function mergeTags(known: readonly Tag[], reported: readonly Tag[]): Tag[] {
  const reportedKeys = new Set(reported.map((tag) => tag.key))
  return [...known.filter((tag) => !reportedKeys.has(tag.key)), ...reported]
}
