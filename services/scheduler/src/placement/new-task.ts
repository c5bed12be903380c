import { create } from '@bufbuild/protobuf'
import type { Placed } from '@homeport/domain'
import type { Clock, Ids } from '@homeport/runtime'
import type { ClusterScope } from '@homeport/store'
import {
  HealthStatus,
  type Tag,
  type Task,
  TaskObservationSchema,
  TaskSchema,
  type TaskSpec,
  TaskSpecSchema,
  TaskStatus,
} from '@homeport/wire/types'

/** What a task is made from. */
export interface TaskTemplate extends ClusterScope {
  /** Instance, zone and time of creation are filled in. */
  readonly spec: TaskSpec
  readonly tags: readonly Tag[]
}

/** Digits of a task id, as ECS's. */
const TASK_ID_LENGTH = 32

/** The row of a task that was just placed. Tasks of one step share `createdAtMs`, which makes them one round. */
export function newTask(
  template: TaskTemplate,
  placed: Placed,
  { ids, createdAtMs }: { readonly ids: Ids; readonly createdAtMs: ReturnType<Clock['now']> },
): Task {
  return create(TaskSchema, {
    accountId: template.accountId,
    region: template.region,
    cluster: template.cluster,
    taskId: ids.hex(TASK_ID_LENGTH),
    spec: create(TaskSpecSchema, {
      ...template.spec,
      containerInstanceId: placed.instanceId,
      availabilityZone: placed.availabilityZone,
      createdAtMs,
    }),
    desiredStatus: TaskStatus.RUNNING,
    observed: create(TaskObservationSchema, {
      lastStatus: TaskStatus.PENDING,
      healthStatus: HealthStatus.UNKNOWN,
    }),
    changeCount: 1,
    tags: [...template.tags],
  })
}
