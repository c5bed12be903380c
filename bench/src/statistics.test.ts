import { describe, expect, it } from 'vitest'
import { median, percentile } from './statistics.ts'

describe('percentile', () => {
  it('percentile gives the nearest rank when samples are out of order', () => {
    const samples = [5, 1, 4, 2, 3, 10, 9, 8, 7, 6]
    expect(percentile(samples, 0.9)).toBe(9)
    expect(percentile(samples, 0.99)).toBe(10)
    expect(percentile(samples, 0)).toBe(1)
  })

  it('median gives the lower middle when the count is even', () => {
    expect(median([4, 1, 3, 2])).toBe(2)
  })

  it('percentile refuses an empty list', () => {
    expect(() => percentile([], 0.5)).toThrow('no samples')
  })
})
