/** Keys, certificates or a join token on disk that cannot be used; somebody has to look at the files. */
export class PkiError extends Error {
  override readonly name = 'PkiError'
  readonly code = 'INVALID_PKI'
  readonly retryable = false
}
