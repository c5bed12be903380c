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
export { Row, type RowChange, type RowContent, type TableReader, View, type ViewReader } from './view.ts'
