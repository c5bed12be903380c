import type { PlacementConstraint, PlacementStrategy } from '@aws-sdk/client-ecs'
import { parsePlacementRules } from '@homeport/domain'
import { ecsError } from '../errors/ecs-error.ts'

/** Placement as rows and the scheduler hold it. */
export interface CheckedPlacement {
  readonly constraints: { readonly type: string; readonly expression: string }[]
  readonly strategies: { readonly type: string; readonly field: string }[]
}

/** ECS's quotas. */
const CONSTRAINTS_MAX = 10
const STRATEGIES_MAX = 5

/**
 * Checks placement constraints and strategies, cluster queries included.
 * @throws {EcsError} about the first one that is wrong.
 */
export function checkPlacement(
  constraints: readonly PlacementConstraint[] | undefined,
  strategies: readonly PlacementStrategy[] | undefined,
): CheckedPlacement {
  const placement = {
    constraints: (constraints ?? []).map(({ type = '', expression = '' }) => ({
      type: String(type),
      expression,
    })),
    strategies: (strategies ?? []).map(({ type = '', field = '' }) => ({ type: String(type), field })),
  }
  if (placement.constraints.length > CONSTRAINTS_MAX) tooMany('placementConstraints', CONSTRAINTS_MAX)
  if (placement.strategies.length > STRATEGIES_MAX) tooMany('placementStrategy', STRATEGIES_MAX)
  for (const { type, expression } of placement.constraints) {
    if (type === 'distinctInstance' && expression !== '') {
      throw ecsError('placementConstraint', { problem: 'distinctInstance takes no expression' })
    }
    if (type === 'memberOf' && expression === '') {
      throw ecsError('placementConstraint', { problem: 'memberOf needs an expression' })
    }
  }
  const parsed = parsePlacementRules(placement.constraints, placement.strategies)
  if (parsed.kind === 'invalid') throw ecsError('placementRules', { problem: parsed.message })
  return placement
}

function tooMany(list: string, maximum: number): never {
  throw ecsError('listTooLong', { list, maximum })
}
