/** Bounds of a number; both inclusive. */
export interface NumberRange {
  readonly minimum: number
  readonly maximum: number
}

/** Most CPU units or MiB of one container: more than any host has, and ten of them fit into 32 bits together. */
export const CONTAINER_AMOUNT_MAX: number = 2 ** 28

/** Whether `value` is a whole number within `range`. */
export const isInRange = (value: number, range: NumberRange): boolean =>
  Number.isInteger(value) && value >= range.minimum && value <= range.maximum
