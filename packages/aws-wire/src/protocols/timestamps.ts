import type { TimestampFormat } from '../shapes/shape.ts'

/** @returns seconds since the epoch, with milliseconds as a fraction. */
export function epochSeconds(date: Date): number {
  return date.getTime() / 1000
}

/** Writes a timestamp as the text forms do; `default` is what the protocol uses where the model is silent. */
export function timestampText(date: Date, format: TimestampFormat): string {
  if (format === 'epoch-seconds') return String(epochSeconds(date))
  if (format === 'http-date') return date.toUTCString()
  return date.toISOString().replace('.000Z', 'Z')
}

/**
 * Reads a timestamp in any of AWS's forms: the SDKs disagree on which one they send.
 * @returns undefined when `value` is no point in time.
 */
export function readTimestamp(value: unknown): Date | undefined {
  const date =
    typeof value === 'string' && !/^-?\d+(\.\d+)?$/.test(value)
      ? new Date(value)
      : new Date(Math.round(Number(value) * 1000))
  return Number.isNaN(date.getTime()) ? undefined : date
}
