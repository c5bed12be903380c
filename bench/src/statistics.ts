import { invariant, required } from '@homeport/base'

/** The value below which `fraction`, 0 to 1, of the samples lie (nearest rank). Samples need no order. */
export function percentile(samples: readonly number[], fraction: number): number {
  invariant(samples.length > 0, 'Cannot take a percentile: no samples, received an empty list')
  const sorted = samples.toSorted((left, right) => left - right)
  const rank = Math.max(0, Math.ceil(sorted.length * fraction) - 1)
  return required(sorted[rank], 'the sample at the rank')
}

/** The middle sample. */
export const median = (samples: readonly number[]): number => percentile(samples, 0.5)
