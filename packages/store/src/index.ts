export {
  COMMIT_TIMEOUT_MAX_MS,
  COMMIT_TIMEOUT_MS,
  COMMITS_IN_FLIGHT_MAX,
  TRANSACTION_BYTES_MAX,
} from './committer.ts'
export { findConflict, type RowConflict, type VersionOf } from './conflict.ts'
export {
  type ConnectionPorts,
  type ConnectStateOptions,
  connectState,
  type StateConnection,
} from './connect-state.ts'
export {
  type ClusterScope,
  clusterKey,
  clusterMemberKey,
  joinKey,
  namespaceKey,
  namespaceMemberKey,
  type ServiceScope,
  serviceKey,
  serviceMemberKey,
} from './keys.ts'
export {
  type AppliedRevision,
  CommitError,
  type CommitOptions,
  type CommitOutcome,
  type RevisionListener,
  type StateReader,
  type StateWriter,
} from './ports.ts'
export { RevisionFeed } from './revision-feed.ts'
export {
  type Entities,
  type EntityOf,
  type Indexes,
  type IndexOf,
  indexTermsOf,
  keyOf,
  SERVICE_EVENTS_MAX,
  schemaOf,
  type TableDefinition,
  type TableName,
  tableNames,
  tables,
} from './tables.ts'
export { TransactionBuilder } from './transaction.ts'
export {
  isTableName,
  Row,
  type RowChange,
  type RowContent,
  type TableReader,
  View,
  type ViewReader,
} from './view.ts'
