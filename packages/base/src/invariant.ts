/** A broken assumption: a bug, never an operating condition. The process is meant to stop on it. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

/**
 * Asserts what must hold by design.
 * @throws {InvariantError} when `condition` is false.
 */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message)
}

/**
 * Marks a branch that the types already exclude, so that adding a variant fails to compile.
 * @throws {InvariantError} always: reaching it means that a value escaped its type.
 */
export function assertNever(value: never, what: string): never {
  throw new InvariantError(`Cannot handle ${what}: unknown variant, received ${JSON.stringify(value)}`)
}

/**
 * Narrows away `undefined` and `null` where the caller knows that the value is there.
 * @throws {InvariantError} when it is not.
 */
export function required<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new InvariantError(`Cannot continue: ${what} is missing`)
  return value
}
