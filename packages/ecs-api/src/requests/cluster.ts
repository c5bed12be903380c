import type { ClusterSetting, CreateClusterCommandInput } from '@aws-sdk/client-ecs'
import { ecsError } from '../errors/ecs-error.ts'
import { firstAskedFor } from '../names/asked-for.ts'
import { DEFAULT_CLUSTER, isResourceName } from '../names/resource-names.ts'

/** What a new cluster is called, and its settings with ECS's defaults. */
export interface CheckedCluster {
  readonly name: string
  readonly settings: ClusterSetting[]
}

const UNAVAILABLE_MEMBERS = [
  'capacityProviders',
  'configuration',
  'defaultCapacityProviderStrategy',
  'serviceConnectDefaults',
] as const

const INSIGHTS_VALUES: readonly string[] = ['disabled', 'enabled', 'enhanced']

/**
 * Checks a CreateCluster request.
 * @throws {EcsError} when the name or a setting is wrong, or something is asked for that is not there yet.
 */
export function checkCreateCluster(input: CreateClusterCommandInput): CheckedCluster {
  const name = input.clusterName ?? DEFAULT_CLUSTER
  if (!isResourceName(name)) throw ecsError('clusterName', { name })
  const member = firstAskedFor(input, UNAVAILABLE_MEMBERS)
  if (member !== undefined) throw ecsError('notSupported', { what: `'${member}'` })
  for (const setting of input.settings ?? []) checkSetting(setting)
  const insights = (input.settings ?? []).findLast((setting) => setting.name === 'containerInsights')
  return { name, settings: [{ name: 'containerInsights', value: insights?.value ?? 'disabled' }] }
}

function checkSetting({ name, value = '' }: ClusterSetting): void {
  if (name !== 'containerInsights' || !INSIGHTS_VALUES.includes(value)) {
    throw ecsError('clusterSetting', { name: name ?? '', value })
  }
}
