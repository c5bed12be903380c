/**
 * Amounts that are left, as the rows and columns of a room index.
 *
 * Rows are fine: exact below 64, then 64 to each doubling, so an edge host with 4 GiB and a server with 4 TiB
 * are both told apart from their neighbours. Columns are coarse: one to each doubling.
 */

/** log2 of the rows to each doubling. */
const ROW_PRECISION_BITS = 6
const EXACT_ROWS = 1 << ROW_PRECISION_BITS

/** Amounts from here on share the last row: 16 TiB, 16,384 vCPUs. */
const AMOUNT_MAX = 2 ** 24 - 1

/** Rows of an index. */
export const ROWS: number = (24 - ROW_PRECISION_BITS + 1) * EXACT_ROWS

/** log2 of the columns of an index. */
export const COLUMN_BITS = 4

/** Columns of an index. */
export const COLUMNS: number = 1 << COLUMN_BITS

/** Amounts below 2 to this power share the first column. */
const FIRST_COLUMN_BITS = 4

/** The row of an amount; grows with it. Less than nothing is in the first, as nothing is. */
export function rowOf(amount: number): number {
  if (amount < EXACT_ROWS) return amount > 0 ? Math.floor(amount) : 0
  const whole = Math.floor(Math.min(amount, AMOUNT_MAX))
  const exponent = 31 - Math.clz32(whole)
  const mantissa = (whole >> (exponent - ROW_PRECISION_BITS)) & (EXACT_ROWS - 1)
  return (exponent - ROW_PRECISION_BITS + 1) * EXACT_ROWS + mantissa
}

/** The column of an amount; grows with it. */
export function columnOf(amount: number): number {
  if (amount < 1 << FIRST_COLUMN_BITS) return 0
  const exponent = 31 - Math.clz32(Math.min(amount, AMOUNT_MAX))
  return Math.min(COLUMNS - 1, exponent - FIRST_COLUMN_BITS + 1)
}
