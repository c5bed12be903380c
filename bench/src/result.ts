/** One figure of a benchmark: one JSON object a line with `--json`, one aligned line without. */
export interface BenchResult {
  /** As `start-latency-1`. */
  readonly name: string
  readonly value: number
  /** As `ms`, `1/s`, `MiB`. */
  readonly unit: string
  /** What the ratio compares with, measured in the same run; absent: a figure by itself. */
  readonly peer?: string
  /** Homeport's figure divided by the peer's; says by itself nothing about which is better. */
  readonly ratio?: number
}

const PRECISION = 4

/** Rounds to four significant digits: more than these machines repeat. */
export const round = (value: number): number => Number(value.toPrecision(PRECISION))

/** A result with its ratio to a peer's figure. */
export function compare(
  result: BenchResult,
  peer: { readonly name: string; readonly value: number },
): BenchResult {
  return { ...result, value: round(result.value), peer: peer.name, ratio: round(result.value / peer.value) }
}

/** The line that a person reads. */
export function describe(result: BenchResult): string {
  const figure = `${result.name.padEnd(28)} ${String(round(result.value)).padStart(10)} ${result.unit}`
  return result.peer === undefined ? figure : `${figure.padEnd(48)} ${result.ratio} x ${result.peer}`
}
