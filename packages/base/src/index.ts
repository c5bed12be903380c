export { assertNever, InvariantError, invariant, required } from './invariant.ts'
