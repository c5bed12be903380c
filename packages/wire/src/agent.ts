/** Enrolment and agent sessions. */
export type { EnrollRequest, EnrollResponse } from './gen/homeport/agent/v1/enrollment_pb.ts'
export {
  EnrollmentService,
  EnrollRequestSchema,
  EnrollResponseSchema,
} from './gen/homeport/agent/v1/enrollment_pb.ts'
export type {
  AgentMessage,
  Assignment,
  AssignmentSnapshot,
  AssignmentUpdate,
  GatewayMessage,
  Heartbeat,
  HeartbeatAnswer,
  Register,
  Registered,
  ReportAcknowledgement,
  SessionEnd,
  TaskReport,
} from './gen/homeport/agent/v1/session_pb.ts'
export {
  AgentMessageSchema,
  AgentSessionService,
  AssignmentSchema,
  AssignmentSnapshotSchema,
  AssignmentUpdateSchema,
  GatewayMessageSchema,
  HeartbeatAnswerSchema,
  HeartbeatSchema,
  RegisteredSchema,
  RegisterSchema,
  ReportAcknowledgementSchema,
  SessionEndSchema,
  TaskReportSchema,
} from './gen/homeport/agent/v1/session_pb.ts'
