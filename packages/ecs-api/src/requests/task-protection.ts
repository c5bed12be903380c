import { ecsError } from '../errors/ecs-error.ts'

const MS_PER_MINUTE = 60_000

/** ECS's own: two hours. */
const DEFAULT_MINUTES = 120

/** ECS's own: two days. */
const MINUTES_MAX = 2880

/**
 * How long tasks are to be protected.
 * @returns milliseconds; 0: not at all.
 * @throws {EcsError} when the time is out of range.
 */
export function checkProtection({
  protectionEnabled,
  expiresInMinutes = DEFAULT_MINUTES,
}: {
  readonly protectionEnabled?: boolean | undefined
  readonly expiresInMinutes?: number | undefined
}): number {
  if (protectionEnabled !== true) return 0
  if (!Number.isInteger(expiresInMinutes) || expiresInMinutes < 1 || expiresInMinutes > MINUTES_MAX) {
    throw ecsError('protectionMinutes', { maximum: MINUTES_MAX })
  }
  return expiresInMinutes * MS_PER_MINUTE
}
