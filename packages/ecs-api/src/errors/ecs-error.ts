import { invariant } from '@homeport/base'
import { ECS_ERRORS, type EcsErrorId } from './catalogue.ts'

/**
 * A refusal in ECS's own words. The api answers it as it is: `code` is the name of the error in the ECS
 * model, or one of AWS's common errors.
 */
export class EcsError extends Error {
  override readonly name = 'EcsError'
  /** Which entry of the catalogue it is. */
  readonly id: EcsErrorId
  readonly code: string
  /** Whether the same request may succeed later without the caller changing it. */
  readonly retryable: boolean
  /** Members of the modelled error besides its message, such as `resourceIds`. */
  readonly members: Readonly<Record<string, unknown>>

  constructor(id: EcsErrorId, message: string, options: EcsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.id = id
    this.code = ECS_ERRORS[id].code
    this.retryable = RETRYABLE_CODES.has(this.code)
    this.members = options.members ?? {}
  }
}

/** What an error carries besides its message. */
export interface EcsErrorOptions {
  /** Default none. */
  readonly members?: Readonly<Record<string, unknown>>
  /** What went wrong underneath; never shown to the caller. */
  readonly cause?: unknown
}

const RETRYABLE_CODES: ReadonlySet<string> = new Set(['ServerException', 'ThrottlingException'])

type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never

type MessageOf<Id extends EcsErrorId> = (typeof ECS_ERRORS)[Id]['message']

/** What an entry's placeholders stand for. */
export type EcsErrorValues<Id extends EcsErrorId> = Readonly<
  Record<Placeholders<MessageOf<Id>>, string | number>
>

type ValuesArgument<Id extends EcsErrorId> = [Placeholders<MessageOf<Id>>] extends [never]
  ? [values?: undefined, options?: EcsErrorOptions]
  : [values: EcsErrorValues<Id>, options?: EcsErrorOptions]

/** Makes the error of a catalogue entry, its placeholders filled in. */
export function ecsError<Id extends EcsErrorId>(id: Id, ...[values, options]: ValuesArgument<Id>): EcsError {
  const filled: Readonly<Record<string, string | number>> = values ?? {}
  const message = ECS_ERRORS[id].message.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = filled[name]
    invariant(value !== undefined, `Cannot word error ${id}: no value for the placeholder, received ${name}`)
    return String(value)
  })
  return new EcsError(id, message, options)
}
