import { create } from '@bufbuild/protobuf'
import {
  type Container,
  ContainerSchema,
  HealthStatus,
  type TaskObservation,
  TaskObservationSchema,
  TaskStatus,
  TransportProtocol,
} from '@homeport/wire/types'
import type { ContainerBlueprint } from './blueprint.ts'
import type { HealthState } from './container-runtime.ts'
import { type ContainerState, imageDigestOf, runtimeIdOf } from './container-state.ts'
import { containerState, type HeldTask, isEnding } from './task-state.ts'

/** The whole observation of a task, as the control plane stores it. */
export function observationOf(task: HeldTask): TaskObservation {
  const { state, blueprint } = task
  return create(TaskObservationSchema, {
    lastStatus: lastStatusOf(task),
    healthStatus: HEALTH[taskHealth(task)],
    containers: blueprint.containers.map((container) =>
      containerOf(container, containerState(state, container.name)),
    ),
    pullStartedAtMs: state.pullStartedAtMs,
    pullStoppedAtMs: state.pullStoppedAtMs,
    startedAtMs: state.startedAtMs,
    executionStoppedAtMs: state.executionStoppedAtMs,
    stoppedAtMs: state.stoppedAtMs,
    stopCode: state.end?.stopCode ?? '',
    stoppedReason: state.end?.stoppedReason ?? '',
  })
}

/**
 * Whether the control plane is to be told of the step from `before` to `after`. Until a task runs, its steps are
 * nobody's business: one report says that it runs, or why not.
 */
export function isWorthReporting(before: TaskObservation | undefined, after: TaskObservation): boolean {
  if (before?.lastStatus !== after.lastStatus) return after.lastStatus > TaskStatus.PENDING
  return after.lastStatus > TaskStatus.PENDING && JSON.stringify(before) !== JSON.stringify(after)
}

const HEALTH = {
  UNKNOWN: HealthStatus.UNKNOWN,
  HEALTHY: HealthStatus.HEALTHY,
  UNHEALTHY: HealthStatus.UNHEALTHY,
} as const

function lastStatusOf(task: HeldTask): TaskStatus {
  if (task.state.stoppedAtMs > 0) return TaskStatus.STOPPED
  if (isEnding(task)) return TaskStatus.STOPPING
  return task.state.startedAtMs > 0 ? TaskStatus.RUNNING : TaskStatus.PENDING
}

/** As bad as the worst essential container that has a health check. */
function taskHealth({ blueprint, state }: HeldTask): HealthState {
  const checked = blueprint.containers.filter(
    ({ isEssential, spec }) => isEssential && 'healthCheck' in spec && spec.healthCheck !== undefined,
  )
  const states = checked.map(({ name }) => healthOf(containerState(state, name)))
  if (states.includes('UNHEALTHY')) return 'UNHEALTHY'
  return states.length === 0 || states.includes('UNKNOWN') ? 'UNKNOWN' : 'HEALTHY'
}

const healthOf = (container: ContainerState): HealthState =>
  container.phase === 'running' || container.phase === 'stopped' ? container.health : 'UNKNOWN'

function containerOf(blueprint: ContainerBlueprint, state: ContainerState): Container {
  return create(ContainerSchema, {
    name: blueprint.name,
    runtimeId: runtimeIdOf(state),
    image: blueprint.image,
    imageDigest: imageDigestOf(state),
    lastStatus: CONTAINER_STATUS[state.phase],
    healthStatus: HEALTH[healthOf(state)],
    reason: state.phase === 'stopped' ? state.reason : '',
    ...(state.phase === 'stopped' && state.exitCode !== undefined && { exitCode: state.exitCode }),
    networkBindings: bindingsOf(blueprint, state),
  })
}

const CONTAINER_STATUS = {
  waiting: TaskStatus.PENDING,
  pulled: TaskStatus.PENDING,
  created: TaskStatus.PENDING,
  running: TaskStatus.RUNNING,
  stopped: TaskStatus.STOPPED,
} as const

function bindingsOf(blueprint: ContainerBlueprint, state: ContainerState): Container['networkBindings'] {
  if (state.phase !== 'running' && state.phase !== 'stopped') return []
  const ofHost = blueprint.hostNetworkPorts.map((port) => ({ ...port, bindIp: '0.0.0.0' }))
  return [...state.bindings, ...ofHost].map((binding) => ({
    $typeName: 'homeport.types.v1.NetworkBinding' as const,
    bindIp: binding.bindIp,
    containerPort: binding.containerPort,
    hostPort: binding.hostPort,
    protocol: binding.protocol === 'udp' ? TransportProtocol.UDP : TransportProtocol.TCP,
  }))
}
