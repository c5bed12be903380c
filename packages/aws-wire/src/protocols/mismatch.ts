/**
 * A body that is not what its protocol or the operation's types say. Its texts are
 * sent to the client and worded by AWS where AWS's are known.
 */
export class MismatchError extends Error {
  override readonly name = 'MismatchError'
}

/** Nesting above this is refused: no modelled input is deeper, and the readers recurse. */
export const NESTING_MAX = 64

/** How AWS's parser names a value of JSON. */
function tokenOf(value: unknown): string {
  if (typeof value === 'string') return 'STRING_VALUE'
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE'
  return 'NUMBER_VALUE'
}

/** The refusal of `value` where the leaf type `expected` (`String`, `Integer`, …) is required. */
export function leafMismatch(value: unknown, expected: string): MismatchError {
  if (Array.isArray(value)) return new MismatchError('Start of list found where not expected')
  if (typeof value === 'object') {
    return new MismatchError('Start of structure or map found where not expected.')
  }
  return new MismatchError(`${tokenOf(value)} cannot be converted to ${expected}`)
}

/** The refusal of `value` where a list, or else a structure or map, is required. */
export function containerMismatch(value: unknown, expected: 'list' | 'structure'): MismatchError {
  if (expected === 'list') {
    return new MismatchError(
      typeof value === 'object'
        ? 'Start of structure or map found where not expected.'
        : 'Expected list or null',
    )
  }
  return new MismatchError(
    Array.isArray(value) ? 'Start of list found where not expected' : 'Unexpected field type',
  )
}

/** The refusal of a value nested more than `NESTING_MAX` deep. */
export function tooDeep(): MismatchError {
  return new MismatchError(`Input is nested more than ${NESTING_MAX} levels deep`)
}
