/** Something that the user can put right; its message says how. Printed without a stack trace. */
export class StackError extends Error {
  override readonly name = 'StackError'
  readonly code = 'STACK'
  /** The same command fails again until somebody acts on the message. */
  readonly retryable = false
}
