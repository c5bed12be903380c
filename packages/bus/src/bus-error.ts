/** NATS cannot be used as asked. */
export class BusError extends Error {
  override readonly name = 'BusError'
  /**
   * `UNAUTHORIZED`: it refuses the credentials. `UNSUPPORTED_SERVER`: too old, or without JetStream.
   * `STREAM_MISMATCH`: the stream is not configured as asked. `UNAVAILABLE`: it cannot be reached, or does not answer.
   */
  readonly code: 'STREAM_MISMATCH' | 'UNAUTHORIZED' | 'UNAVAILABLE' | 'UNSUPPORTED_SERVER'
  /** Whether the same call may succeed later. */
  readonly retryable: boolean

  constructor(code: BusError['code'], message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.code = code
    this.retryable = code === 'UNAVAILABLE'
  }
}
