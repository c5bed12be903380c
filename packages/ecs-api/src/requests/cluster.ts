import type {
  ClusterSetting,
  CreateClusterCommandInput,
  UpdateClusterCommandInput,
} from '@aws-sdk/client-ecs'
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

const DEFAULT_SETTING: ClusterSetting = { name: 'containerInsights', value: 'disabled' }

const INSIGHTS_VALUES: readonly string[] = ['disabled', 'enabled', 'enhanced']

/**
 * Checks a CreateCluster request.
 * @throws {EcsError} when the name or a setting is wrong, or something is asked for that is not there yet.
 */
export function checkCreateCluster(input: CreateClusterCommandInput): CheckedCluster {
  const name = input.clusterName ?? DEFAULT_CLUSTER
  if (!isResourceName(name)) throw ecsError('clusterName', { name })
  refuseUnavailableCluster(input)
  return { name, settings: checkClusterSettings(input.settings) ?? [DEFAULT_SETTING] }
}

/**
 * Refuses what clusters do not have yet.
 * @throws {EcsError} about the first such member that asks for something.
 */
export function refuseUnavailableCluster(
  input: CreateClusterCommandInput | Omit<UpdateClusterCommandInput, 'cluster'>,
): void {
  const member = firstAskedFor(input as CreateClusterCommandInput, UNAVAILABLE_MEMBERS)
  if (member !== undefined) throw ecsError('notSupported', { what: `'${member}'` })
}

/**
 * The settings of a cluster as they are stored.
 * @returns `undefined` when the request gives none.
 * @throws {EcsError} when a setting or its value is unknown.
 */
export function checkClusterSettings(settings: readonly ClusterSetting[] = []): ClusterSetting[] | undefined {
  for (const setting of settings) checkSetting(setting)
  const insights = settings.findLast((setting) => setting.name === 'containerInsights')
  return insights?.value === undefined ? undefined : [{ name: 'containerInsights', value: insights.value }]
}

function checkSetting({ name, value = '' }: ClusterSetting): void {
  if (name !== 'containerInsights' || !INSIGHTS_VALUES.includes(value)) {
    throw ecsError('clusterSetting', { name: name ?? '', value })
  }
}
