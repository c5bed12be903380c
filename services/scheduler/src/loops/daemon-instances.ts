import { clusterKey } from '@homeport/store'
import { requestOf } from '../placement/place-tasks.ts'
import type { SchedulerPorts } from '../ports.ts'
import { NO_REQUIREMENTS } from '../view/to-domain.ts'
import type { ServiceRows } from './service-rows.ts'
import { templateOf } from './service-template.ts'

/**
 * The instances that are to run a task of a daemon: ACTIVE, in contact, with what its task definition requires of any
 * instance, and within its constraints. Whether they have room does not matter: one that has none is waited for.
 */
export function daemonInstanceIds(
  ports: Pick<SchedulerPorts, 'state' | 'view'>,
  rows: ServiceRows,
): string[] {
  const { view } = ports.state.reader
  const { service } = rows
  const { template, rules } = templateOf(view, rows, service.primaryDeploymentId)
  const request = requestOf(template, { ...rules, isDistinct: false })
  const { requiredAttributes } = request.requirements
  const weightless = { ...request, requirements: { ...NO_REQUIREMENTS, requiredAttributes } }
  const pool = ports.view.pools.pool(clusterKey(service))
  return [...view.table('containerInstances').find('cluster', clusterKey(service))]
    .map(({ value }) => value.instanceId)
    .filter((instanceId) => pool.placeOn(instanceId, weightless).kind === 'placed')
}
