/** Turns a service's plan into one transaction. The only place where plans have effects. */
import { create } from '@bufbuild/protobuf'
import { required } from '@homeport/base'
import {
  isPlacementEventDue,
  PLACEMENT_EVENT_INTERVAL_MS,
  requestStop,
  type ServiceEffect,
  type ServicePlan,
  type StopTask,
  startedEvent,
  type UpdateDeployment,
  unplaceableEvent,
} from '@homeport/domain'
import type { TransactionBuilder } from '@homeport/store'
import {
  type Service,
  ServiceDeploymentSchema,
  ServiceDeploymentStatus,
  ServiceEventSchema,
  ServiceSchema,
  ServiceStatus,
  type Task,
  TaskSchema,
} from '@homeport/wire/types'
import { insertTasks, placeOnEach, placeTasks } from '../placement/place-tasks.ts'
import type { SchedulerPorts } from '../ports.ts'
import { fromDeploymentStatus } from '../view/to-domain.ts'
import { isFinished, pruneDeployments } from './prune-deployments.ts'
import type { ServiceSnapshot } from './service-snapshot.ts'
import { templateOf } from './service-template.ts'

/** What a plan comes to. */
export interface AppliedPlan {
  /** Only worth committing when it changes something. */
  readonly transaction: TransactionBuilder
  readonly hasChanges: boolean
  /** Assumed tasks that the transaction inserts. */
  readonly tasks: readonly Task[]
  /** Whether tasks are left that found no place. */
  readonly isUnplaced: boolean
  /** When the service must be looked at again at the latest; `undefined`: when something changes. */
  readonly againAtMs: number | undefined
}

/** ECS's ids of deployments have so many digits. */
const DEPLOYMENT_ID_DIGITS = 19

/** Builds the transaction. Places and assumes tasks on the way, which the caller commits or drops. */
export function applyPlan(ports: SchedulerPorts, snapshot: ServiceSnapshot, plan: ServicePlan): AppliedPlan {
  const application = new PlanApplication(ports, snapshot)
  try {
    for (const effect of plan) application.apply(effect)
    return application.finish()
  } catch (error) {
    application.abandon()
    throw error
  }
}

class PlanApplication {
  readonly #ports: SchedulerPorts
  readonly #snapshot: ServiceSnapshot
  readonly #transaction: TransactionBuilder
  readonly #nowMs: number
  #tasks: readonly Task[] = []
  /** What becomes of the service's own row. */
  readonly #serviceChanges: Partial<Pick<Service, 'desiredCount' | 'primaryDeploymentId' | 'status'>> = {}
  #eventCount = 0
  #isUnplaced = false
  #againAtMs: number | undefined

  constructor(ports: SchedulerPorts, snapshot: ServiceSnapshot) {
    this.#ports = ports
    this.#snapshot = snapshot
    this.#nowMs = ports.clock.now()
    this.#transaction = ports.fence.transaction()
  }

  apply(effect: ServiceEffect): void {
    switch (effect.kind) {
      case 'start':
        this.#start(effect)
        break
      case 'stop':
        this.#stop(effect)
        break
      case 'update-deployment':
        this.#updateDeployment(effect)
        break
      case 'roll-back':
        this.#rollBack(effect)
        break
      case 'set-desired-count':
        this.#serviceChanges.desiredCount = effect.desiredCount
        break
      case 'deactivate':
        this.#serviceChanges.status = ServiceStatus.INACTIVE
        break
      case 'event':
        this.#say(effect.message)
        break
      case 'wait':
        this.#againAt(effect.untilMs)
        break
    }
  }

  finish(): AppliedPlan {
    const { row, service } = this.#snapshot
    if (Object.keys(this.#serviceChanges).length > 0)
      this.#transaction.update(
        'services',
        row,
        create(ServiceSchema, { ...service, ...this.#serviceChanges }),
      )
    pruneDeployments(this.#ports.state.reader.view, this.#snapshot, this.#transaction)
    const hasChanges = !this.#transaction.isEmpty
    // What was planned holds only for the service as it was read.
    if (hasChanges) this.#transaction.expectUnchanged('services', row)
    return {
      transaction: this.#transaction,
      hasChanges,
      tasks: this.#tasks,
      isUnplaced: this.#isUnplaced,
      againAtMs: this.#againAtMs,
    }
  }

  /** Gives back what was placed. */
  abandon(): void {
    this.#ports.view.drop(this.#tasks)
  }

  #start({ deploymentId, count, because, onInstanceIds }: Extract<ServiceEffect, { kind: 'start' }>): void {
    const { template, rules } = templateOf(this.#ports.state.reader.view, this.#snapshot, deploymentId)
    const { tasks, refusals } =
      onInstanceIds === undefined
        ? placeTasks(this.#ports, template, { count, rules })
        : placeOnEach(this.#ports, template, {
            instanceIds: onInstanceIds,
            rules: { ...rules, isDistinct: false },
          })
    this.#tasks = tasks
    insertTasks(this.#ports, this.#transaction, tasks)
    const { name } = this.#snapshot.service
    if (tasks.length > 0 && because !== '') this.#say(because)
    if (tasks.length > 0)
      this.#say(
        startedEvent(
          name,
          tasks.map(({ taskId }) => taskId),
        ),
      )
    if (refusals === undefined) return
    this.#isUnplaced = true
    const message = unplaceableEvent(name, refusals)
    if (isPlacementEventDue(this.#snapshot.events.lastPlacement, message, this.#nowMs)) this.#say(message)
    this.#againAt(this.#nowMs + PLACEMENT_EVENT_INTERVAL_MS)
  }

  #stop({ taskId, stoppedReason }: StopTask): void {
    const row = required(this.#snapshot.taskRows.get(taskId), `task ${taskId}`)
    const stopped = requestStop(row.value, {
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason,
      nowMs: this.#nowMs,
    })
    this.#transaction.update('tasks', row, create(TaskSchema, stopped))
  }

  #updateDeployment({ deploymentId, status, statusReason, ...counts }: UpdateDeployment): void {
    const row = required(this.#snapshot.deploymentRows.get(deploymentId), `deployment ${deploymentId}`)
    const deployment = create(ServiceDeploymentSchema, {
      ...row.value,
      status: fromDeploymentStatus(status),
      statusReason: statusReason === '' ? row.value.statusReason : statusReason,
      updatedAtMs: this.#nowMs,
      finishedAtMs: isFinished(status) && row.value.finishedAtMs === 0 ? this.#nowMs : row.value.finishedAtMs,
      consecutiveFailedCount: counts.consecutiveFailedCount,
      retryAfterMs: counts.retryAfterMs,
    })
    this.#transaction.update('serviceDeployments', row, deployment)
  }

  #rollBack(effect: Extract<ServiceEffect, { kind: 'roll-back' }>): void {
    const { deploymentRows, service } = this.#snapshot
    const target = required(deploymentRows.get(effect.toDeploymentId), 'deployment to go back to').value
    const failed = required(deploymentRows.get(effect.failedDeploymentId), 'failed deployment').value
    const { accountId, region, cluster, incarnationId } = service
    const deploymentId = this.#ports.ids.digits(DEPLOYMENT_ID_DIGITS)
    this.#transaction.insert(
      'serviceDeployments',
      create(ServiceDeploymentSchema, {
        accountId,
        region,
        cluster,
        service: service.name,
        incarnationId,
        deploymentId,
        targetRevisionId: target.targetRevisionId,
        sourceRevisionIds: [failed.targetRevisionId],
        status: ServiceDeploymentStatus.PENDING,
        statusReason: effect.statusReason,
        createdAtMs: this.#nowMs,
        updatedAtMs: this.#nowMs,
        rollbackOfDeploymentId: failed.deploymentId,
      }),
    )
    this.#serviceChanges.primaryDeploymentId = deploymentId
  }

  #say(message: string): void {
    const { accountId, region, cluster, name, incarnationId } = this.#snapshot.service
    this.#eventCount++
    this.#transaction.put(
      'serviceEvents',
      create(ServiceEventSchema, {
        accountId,
        region,
        cluster,
        service: name,
        incarnationId,
        sequence: this.#snapshot.events.sequence + this.#eventCount,
        eventId: this.#ports.ids.uuid(),
        createdAtMs: this.#nowMs,
        message,
      }),
    )
  }

  #againAt(atMs: number): void {
    this.#againAtMs = Math.min(atMs, this.#againAtMs ?? atMs)
  }
}
