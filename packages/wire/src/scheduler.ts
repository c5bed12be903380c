/** The scheduler service. */
export type {
  PlacementFailure,
  RunTasksRequest,
  RunTasksResponse,
} from './gen/homeport/scheduler/v1/scheduler_service_pb.ts'
export {
  PlacementFailureSchema,
  RunTasksRequestSchema,
  RunTasksResponseSchema,
  SchedulerService,
} from './gen/homeport/scheduler/v1/scheduler_service_pb.ts'
