import { TASK_STATUSES, type TaskStatus, taskStatusOrder } from '@homeport/domain'
import type { TaskStatus as WireTaskStatus } from './gen/homeport/types/v1/task_pb.ts'

/** The domain's word for a status on the wire; `undefined` for UNSPECIFIED and for numbers of a later version. */
export const taskStatusFromWire = (status: WireTaskStatus): TaskStatus | undefined =>
  TASK_STATUSES[status - 1]

/** The number of a status on the wire. */
export const taskStatusToWire = (status: TaskStatus): WireTaskStatus =>
  taskStatusOrder(status) as WireTaskStatus
