import { createHash } from 'node:crypto'
import type {
  Container,
  HealthStatus as HealthStatusName,
  LaunchType,
  NetworkBinding,
  Task,
  TaskOverride,
  TaskStopCode,
} from '@aws-sdk/client-ecs'
import { create } from '@bufbuild/protobuf'
import { clusterArn, containerArn, containerInstanceArn, taskArn, taskDefinitionArn } from '@homeport/domain'
import { clusterMemberKey, type Row } from '@homeport/store'
import { taskStatusFromWire } from '@homeport/wire'
import {
  ContainerSchema,
  type ContainerSpec,
  HealthStatus,
  type Container as StoredContainer,
  type Task as StoredTask,
  TaskStatus,
  TransportProtocol,
} from '@homeport/wire/types'
import type { ApiRequest } from '../ports.ts'
import { tagsOf } from './tags-view.ts'
import { dateOf, textOf } from './times.ts'

const HEALTH_NAMES: Readonly<Record<HealthStatus, HealthStatusName>> = {
  [HealthStatus.UNSPECIFIED]: 'UNKNOWN',
  [HealthStatus.UNKNOWN]: 'UNKNOWN',
  [HealthStatus.HEALTHY]: 'HEALTHY',
  [HealthStatus.UNHEALTHY]: 'UNHEALTHY',
}

const ARCHITECTURE_ATTRIBUTE = 'ecs.cpu-architecture'

/** The last status of a task; before the agent's first report it is PENDING. */
export const lastStatusOf = (task: StoredTask): string =>
  taskStatusFromWire(task.observed?.lastStatus ?? TaskStatus.PENDING) ?? 'PENDING'

/** The desired status; a task that ended by itself is no longer wanted, whoever started it. */
export const desiredStatusOf = (task: StoredTask): 'RUNNING' | 'STOPPED' =>
  task.desiredStatus === TaskStatus.STOPPED || task.observed?.lastStatus === TaskStatus.STOPPED
    ? 'STOPPED'
    : 'RUNNING'

/** A task as ECS shows it. */
export function taskView(request: ApiRequest, row: Row<'tasks'>, options: { withTags: boolean }): Task {
  const task = row.value
  const { spec, observed } = task
  return {
    attachments: [],
    attributes: attributesOf(request, task),
    clusterArn: clusterArn(task, task.cluster),
    connectivity: 'CONNECTED',
    connectivityAt: dateOf(spec?.createdAtMs ?? 0),
    containers: containersOf(task),
    desiredStatus: desiredStatusOf(task),
    healthStatus: HEALTH_NAMES[observed?.healthStatus ?? HealthStatus.UNKNOWN],
    lastStatus: lastStatusOf(task),
    tags: options.withTags ? tagsOf(task.tags) : [],
    taskArn: taskArn(task, task.cluster, task.taskId),
    version: task.changeCount,
    inferenceAccelerators: [],
    ...specMembers(task),
    ...timeMembers(task),
    stopCode: textOf(stopOf(task).code) as TaskStopCode | undefined,
    stoppedReason: textOf(stopOf(task).reason),
  }
}

function specMembers(task: StoredTask): Partial<Task> {
  const { spec } = task
  if (spec === undefined) return {}
  return {
    availabilityZone: textOf(spec.availabilityZone),
    containerInstanceArn: containerInstanceArn(task, task.cluster, spec.containerInstanceId),
    cpu: String(spec.requirements?.cpuUnits ?? 0),
    memory: String(spec.requirements?.memoryMib ?? 0),
    createdAt: dateOf(spec.createdAtMs),
    enableExecuteCommand: spec.enableExecuteCommand,
    group: spec.group,
    launchType: spec.launchType as LaunchType,
    overrides: overridesOf(spec.overrides, spec.containers),
    startedBy: textOf(spec.startedBy),
    taskDefinitionArn: taskDefinitionArn(task, spec.taskDefinition),
  }
}

function timeMembers({ observed, stoppingAtMs }: StoredTask): Partial<Task> {
  if (observed === undefined) return { stoppingAt: dateOf(stoppingAtMs) }
  return {
    pullStartedAt: dateOf(observed.pullStartedAtMs),
    pullStoppedAt: dateOf(observed.pullStoppedAtMs),
    startedAt: dateOf(observed.startedAtMs),
    executionStoppedAt: dateOf(observed.executionStoppedAtMs),
    stoppingAt: dateOf(stoppingAtMs === 0 ? observed.executionStoppedAtMs : stoppingAtMs),
    stoppedAt: dateOf(observed.stoppedAtMs),
  }
}

/** Who was first to end the task says why: what the control plane wanted, or what the agent saw. */
function stopOf({ stopCode, stoppedReason, observed }: StoredTask): { code: string; reason: string } {
  if (stopCode !== '') return { code: stopCode, reason: stoppedReason }
  return { code: observed?.stopCode ?? '', reason: observed?.stoppedReason ?? '' }
}

function attributesOf(request: ApiRequest, task: StoredTask): Task['attributes'] {
  if (task.spec === undefined) return []
  const key = clusterMemberKey(task, task.spec.containerInstanceId)
  const instance = request.ports.state.reader.view.table('containerInstances').get(key)
  const attribute = instance?.value.attributes.find(({ name }) => name === ARCHITECTURE_ATTRIBUTE)
  return attribute === undefined ? [] : [{ name: attribute.name, value: attribute.value }]
}

/** ECS lists every container in the overrides, also those that nothing is overridden of. */
function overridesOf(text: string, specs: readonly ContainerSpec[]): TaskOverride {
  const overrides = (text === '' ? {} : JSON.parse(text)) as TaskOverride
  const given = overrides.containerOverrides ?? []
  return {
    ...overrides,
    containerOverrides: specs.map(({ name }) => given.find((override) => override.name === name) ?? { name }),
    inferenceAcceleratorOverrides: [],
  }
}

/** The containers in the order of the task definition, as far as they were observed. */
function containersOf(task: StoredTask): Container[] {
  const observed = new Map((task.observed?.containers ?? []).map((container) => [container.name, container]))
  return (task.spec?.containers ?? []).map((spec) =>
    containerView(task, spec, observed.get(spec.name) ?? UNSEEN),
  )
}

/** A container before the agent has said anything of it. */
const UNSEEN: StoredContainer = create(ContainerSchema, { lastStatus: TaskStatus.PENDING })

function containerView(task: StoredTask, spec: ContainerSpec, seen: StoredContainer): Container {
  const path = {
    cluster: task.cluster,
    taskId: task.taskId,
    containerId: containerIdOf(task.taskId, spec.name),
  }
  return {
    containerArn: containerArn(task, path),
    taskArn: taskArn(task, task.cluster, task.taskId),
    name: spec.name,
    image: spec.image,
    imageDigest: textOf(seen.imageDigest),
    runtimeId: textOf(seen.runtimeId),
    lastStatus: taskStatusFromWire(seen.lastStatus) ?? 'PENDING',
    exitCode: seen.exitCode,
    reason: textOf(seen.reason),
    networkBindings: seen.networkBindings.map(bindingView),
    networkInterfaces: [],
    healthStatus: HEALTH_NAMES[seen.healthStatus],
    cpu: String(spec.cpuUnits),
    memory: sizeOf(spec.memoryMib),
    memoryReservation: sizeOf(spec.memoryReservationMib),
  }
}

/** 0: there is no such limit. */
const sizeOf = (memoryMiB: number): string | undefined => (memoryMiB === 0 ? undefined : String(memoryMiB))

const bindingView = (binding: StoredContainer['networkBindings'][number]): NetworkBinding => ({
  bindIP: binding.bindIp,
  containerPort: binding.containerPort,
  hostPort: binding.hostPort,
  protocol: binding.protocol === TransportProtocol.UDP ? 'udp' : 'tcp',
})

/** A UUID that is always the same for the same container, so that it needs no room in state. */
function containerIdOf(taskId: string, name: string): string {
  const hex = createHash('sha256').update(`${taskId}/${name}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
