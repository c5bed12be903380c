import type { MessageInitShape } from '@bufbuild/protobuf'
import type { RunTasksRequestSchema, RunTasksResponse } from '@homeport/wire/scheduler'

/** What the api asks of the scheduler. */
export interface SchedulerPort {
  /**
   * Places tasks and commits them.
   * @returns which were placed, which were refused and why, and the revision at which they are visible.
   * @throws {EcsError} when the scheduler cannot be reached, is overloaded, or refuses the request.
   */
  runTasks(request: MessageInitShape<typeof RunTasksRequestSchema>): Promise<RunTasksResponse>
}
