import type { DesiredService, ObservedService } from '@homeport/domain'
import type { Row } from '@homeport/store'
import type { NewestEvents } from '../view/service-history.ts'
import { toDeploymentStatus, toDesiredService, toServiceTask } from '../view/to-domain.ts'
import { daemonInstanceIds } from './daemon-instances.ts'
import type { ServiceRows } from './service-rows.ts'
import { type SurroundingsPorts, TaskSurroundings } from './task-surroundings.ts'

/** Everything about one service at one revision. */
export interface ServiceSnapshot extends ServiceRows {
  readonly row: Row<'services'>
  readonly desired: DesiredService
  readonly observed: ObservedService
  /** Bound tasks by task id. */
  readonly taskRows: ReadonlyMap<string, Row<'tasks'>>
  readonly events: NewestEvents
}

/** Reads a service; `undefined`: it does not exist. */
export function readService(ports: SurroundingsPorts, key: string): ServiceSnapshot | undefined {
  const { view } = ports.state.reader
  const { history } = ports.view
  const row = view.table('services').get(key)
  if (row === undefined) return undefined
  const service = row.value
  const scope = { ...service, service: service.name }
  const taskRows = new Map(
    [...view.table('tasks').find('boundService', key)].map((task) => [task.value.taskId, task]),
  )
  const deployments = [...view.table('serviceDeployments').find('service', key)].filter(
    ({ value }) => value.incarnationId === service.incarnationId,
  )
  const surroundings = new TaskSurroundings(ports, service)
  const tasks = [...taskRows.values()].map(({ value }) => toServiceTask(value, surroundings.of(value)))
  const deploymentRows = new Map(deployments.map((deployment) => [deployment.value.deploymentId, deployment]))
  const desired = toDesiredService(service)
  const isDaemon = desired.strategy === 'daemon' && desired.status === 'ACTIVE'
  const events = history.newestEvents(view, scope, service.incarnationId)
  return {
    row,
    service,
    desired,
    taskRows,
    deploymentRows,
    events,
    observed: {
      tasks,
      hold: surroundings.hold,
      daemonInstanceIds: isDaemon ? daemonInstanceIds(ports, { service, deploymentRows }) : [],
      deployments: deployments.map(({ value }) => ({
        deploymentId: value.deploymentId,
        status: toDeploymentStatus(value.status),
        createdAtMs: value.createdAtMs,
        rollbackOf: value.rollbackOfDeploymentId,
        consecutiveFailedCount: value.consecutiveFailedCount,
        retryAfterMs: value.retryAfterMs,
        ended: history.ended(scope, value.deploymentId),
      })),
      newestEvent: events.message,
    },
  }
}
