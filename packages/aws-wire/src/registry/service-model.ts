import type { StructureShape } from '../shapes/shape.ts'
import type { ServiceFacts, ServiceName } from './service-table.ts'

/** One operation of a loaded service. */
export interface OperationModel {
  readonly name: string
  readonly input: StructureShape
  readonly output: StructureShape
  /** False for the few operations whose input is the proof, such as AssumeRoleWithSAML. */
  readonly signed: boolean
  /** The operation moves an event stream, which this package doesn't write: never dispatched. */
  readonly streaming: boolean
}

/** One error that a service's model knows. */
export interface ErrorModel {
  /** Name of its shape, such as `ClusterNotFoundException`. */
  readonly name: string
  /** Code in awsQuery answers; the name where the model gives none. */
  readonly queryCode: string
  readonly httpStatus: number
  /** Status under awsQuery; the same unless the model says otherwise. */
  readonly queryHttpStatus: number
  readonly fault: 'client' | 'server'
  readonly shape: StructureShape
  /** The member that holds the message: `message` or `Message`. */
  readonly messageMember: string
}

/** A service whose model is loaded. */
export interface ServiceModel<S extends ServiceName = ServiceName> {
  readonly name: S
  readonly facts: ServiceFacts
  /** Key: operation name. */
  readonly operations: ReadonlyMap<string, OperationModel>
  /** Key: the error's name, and also its awsQuery code where that differs. */
  readonly errors: ReadonlyMap<string, ErrorModel>
}
