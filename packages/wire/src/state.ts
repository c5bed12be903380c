/** The state service and the shared log's records. */
export type {
  Delete,
  Expectation,
  LogRecord,
  Mutation,
  Put,
  Transaction,
} from './gen/homeport/state/v1/log_pb.ts'
export {
  DeleteSchema,
  ExpectationSchema,
  LogRecordSchema,
  MutationSchema,
  PutSchema,
  TransactionSchema,
} from './gen/homeport/state/v1/log_pb.ts'
export type {
  CommitRequest,
  CommitResponse,
  CommitResult,
  Committed,
  Conflict,
  GetStatusRequest,
  GetStatusResponse,
  Refusal,
  RevisionChanges,
  SnapshotChunk,
  SnapshotRow,
  WatchRequest,
  WatchResponse,
} from './gen/homeport/state/v1/state_service_pb.ts'
export {
  CommitRequestSchema,
  CommitResponseSchema,
  CommitResultSchema,
  CommittedSchema,
  ConflictSchema,
  GetStatusRequestSchema,
  GetStatusResponseSchema,
  RefusalSchema,
  RevisionChangesSchema,
  SnapshotChunkSchema,
  SnapshotRowSchema,
  StateService,
  WatchRequestSchema,
  WatchResponseSchema,
} from './gen/homeport/state/v1/state_service_pb.ts'
