/** The life of a task, in order; it never goes back. Source: "Amazon ECS task lifecycle". */
export const TASK_STATUSES = [
  'PROVISIONING',
  'PENDING',
  'ACTIVATING',
  'RUNNING',
  'DEACTIVATING',
  'STOPPING',
  'DEPROVISIONING',
  'STOPPED',
] as const

/** One of `TASK_STATUSES`. */
export type TaskStatus = (typeof TASK_STATUSES)[number]

/** The place of a status in the order, 1 to 8: the number that it has in the protobuf enum. */
export const taskStatusOrder = (status: TaskStatus): number => TASK_STATUSES.indexOf(status) + 1

/** The later of two statuses. */
export const laterStatus = (first: TaskStatus, second: TaskStatus): TaskStatus =>
  taskStatusOrder(first) >= taskStatusOrder(second) ? first : second
