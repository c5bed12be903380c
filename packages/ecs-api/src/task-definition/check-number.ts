/** Bounds of a number; both inclusive. */
export interface NumberRange {
  readonly minimum: number
  readonly maximum: number
}

/** The largest number that ECS's integers, and ours in protobuf, hold. */
export const INTEGER_MAX = 2_147_483_647

/** Whether `value` is a whole number within `range`. */
export const isInRange = (value: number, range: NumberRange): boolean =>
  Number.isInteger(value) && value >= range.minimum && value <= range.maximum
