import type { RequestContext } from './context.ts'
import type { ClientModule } from './registry/clients.ts'
import type { ServiceName } from './registry/service-table.ts'

/**
 * An answer that is already written as JSON: the exact body of an AWS JSON answer, wire names and
 * epoch-second timestamps included. For hot reads that keep their objects encoded. Under the other
 * protocols it is decoded and written anew, so it is always right and only fast for JSON.
 */
export class RawJson {
  /** A complete JSON object, as text or as its UTF-8. It is sent as it is: the writer answers for its shape. */
  readonly body: string | Uint8Array

  constructor(body: string | Uint8Array) {
    this.body = body
  }
}

interface CommandLike<Input, Output> {
  readonly input: Input
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: Output }>
}

type CommandOf<S extends ServiceName, Operation extends string> =
  ClientModule<S> extends Record<`${Operation}Command`, abstract new (...args: never[]) => infer Command>
    ? Command
    : never

/** Names of a service's operations. */
export type OperationName<S extends ServiceName> = {
  [Key in keyof ClientModule<S>]: Key extends `${infer Operation}Command`
    ? Operation extends '$'
      ? never
      : Operation
    : never
}[keyof ClientModule<S>]

/** What the client package calls `<Operation>CommandInput`. */
export type OperationInput<S extends ServiceName, Operation extends OperationName<S>> =
  CommandOf<S, Operation> extends CommandLike<infer Input, infer _Output> ? Input : never

/** What the client package calls `<Operation>CommandOutput`, without the client's own `$metadata`. */
export type OperationOutput<S extends ServiceName, Operation extends OperationName<S>> =
  CommandOf<S, Operation> extends CommandLike<infer _Input, infer Output> ? Omit<Output, '$metadata'> : never

/**
 * Answers one operation. The input has the types of the model; members that the model requires can
 * still be missing where the service's validation policy leaves them to the handler.
 * @throws {ApiError} to refuse; anything else becomes an internal failure.
 */
export type Handler<S extends ServiceName, Operation extends OperationName<S>> = (
  input: OperationInput<S, Operation>,
  context: RequestContext,
) => Promise<OperationOutput<S, Operation> | RawJson>

/** The implemented operations of a service; the others are answered by the server's `unimplemented`. */
export type HandlerTable<S extends ServiceName> = {
  readonly [Operation in OperationName<S>]?: Handler<S, Operation>
}
