/** Options of an `ApiError`. */
export interface ApiErrorOptions {
  /**
   * Whose fault the error is. Default: what the service's model says of the code, else `client`.
   * Decides between HTTP status 400 and 500 where the model gives none.
   */
  readonly fault?: 'client' | 'server'
  /** Members of the modelled error besides its message, such as `resourceIds`. Default none. */
  readonly members?: Readonly<Record<string, unknown>>
  /** HTTP status for codes that the model doesn't know. Default 400 or 500, by `fault`. */
  readonly httpStatus?: number
  /** What went wrong underneath; for logs, never sent to the client. */
  readonly cause?: unknown
}

/**
 * The answer "no" to an API request, worded by AWS where AWS has words for it. Thrown by handlers and by the wire layer itself; anything else
 * that a handler throws is answered as an internal failure without its text.
 *
 * `code` is the name of a modelled error (`ClusterNotFoundException`) or its awsQuery code; HTTP
 * status, fault and members are then written as the service's model says. Other codes are AWS's
 * common errors (`AccessDeniedException`, `ThrottlingException`, …) and go out as given.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: string
  readonly fault: 'client' | 'server' | undefined
  readonly httpStatus: number | undefined
  readonly members: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, options: ApiErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.fault = options.fault
    this.httpStatus = options.httpStatus
    this.members = options.members ?? {}
  }
}
