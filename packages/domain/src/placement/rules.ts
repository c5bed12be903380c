import { type ClusterQuery, parseClusterQuery } from '../query/cluster-query.ts'

/** How to choose among the instances that can take a task. */
export type Strategy =
  | { readonly kind: 'binpack'; readonly resource: 'cpu' | 'memory' }
  /** Fewest tasks of the group; per instance, or per value of an attribute. */
  | { readonly kind: 'spread'; readonly over: 'instance' | { readonly attribute: string } }
  | { readonly kind: 'random' }

/** A `memberOf` constraint. */
export interface PlacementQuery {
  /** Its text; equal texts are the same query. */
  readonly expression: string
  readonly query: ClusterQuery
  /** Whether it asks for nothing but attributes, so that instances with equal ones give the same answer. */
  readonly isOnAttributes: boolean
}

/** What a placement must keep to and aim at. */
export interface PlacementRules {
  /** `memberOf` constraints; all must hold. */
  readonly queries: readonly PlacementQuery[]
  /** `distinctInstance`: no two tasks of a group on one instance. */
  readonly isDistinct: boolean
  /** In order: each narrows what the one before left. */
  readonly strategies: readonly Strategy[]
}

/** What constraints and strategies come to. */
export type ParsedPlacementRules =
  | { readonly kind: 'rules'; readonly rules: PlacementRules }
  /** `message` is the text of an InvalidParameterException. */
  | { readonly kind: 'invalid'; readonly message: string }

/** The attribute that every instance has for its zone. */
export const AVAILABILITY_ZONE_ATTRIBUTE = 'ecs.availability-zone'

/** What ECS's service scheduler does when no strategy is given: across zones first, then across instances. */
const DEFAULT_STRATEGIES: readonly Strategy[] = [
  { kind: 'spread', over: { attribute: AVAILABILITY_ZONE_ATTRIBUTE } },
  { kind: 'spread', over: 'instance' },
]

/** As in ECS's API; an empty list of strategies means ECS's default, never throws on any text. */
export function parsePlacementRules(
  constraints: readonly { readonly type: string; readonly expression: string }[],
  strategies: readonly { readonly type: string; readonly field: string }[],
): ParsedPlacementRules {
  const queries: PlacementQuery[] = []
  for (const { type, expression } of constraints) {
    if (type === 'distinctInstance') continue
    if (type !== 'memberOf') return invalid(`Invalid placement constraint type '${type}'.`)
    const parsed = parseClusterQuery(expression)
    if (parsed.kind === 'invalid') return parsed
    queries.push({ expression, query: parsed.query, isOnAttributes: parsed.isOnAttributes })
  }
  const parsedStrategies: Strategy[] = []
  for (const strategy of strategies) {
    const parsed = parseStrategy(strategy)
    if (parsed === undefined) {
      return invalid(`Invalid placement strategy type '${strategy.type}' with field '${strategy.field}'.`)
    }
    parsedStrategies.push(parsed)
  }
  const isDistinct = constraints.some(({ type }) => type === 'distinctInstance')
  const chosen = parsedStrategies.length === 0 ? DEFAULT_STRATEGIES : parsedStrategies
  return { kind: 'rules', rules: { queries, isDistinct, strategies: chosen } }
}

const invalid = (message: string): ParsedPlacementRules => ({ kind: 'invalid', message })

function parseStrategy({ type, field }: { type: string; field: string }): Strategy | undefined {
  const lower = field.toLowerCase()
  if (type === 'random') return { kind: 'random' }
  if (type === 'binpack') {
    return lower === 'cpu' || lower === 'memory' ? { kind: 'binpack', resource: lower } : undefined
  }
  if (type !== 'spread') return undefined
  if (lower === 'instanceid' || lower === 'host') return { kind: 'spread', over: 'instance' }
  const attribute = /^attribute:(.+)$/.exec(field)?.[1]
  return attribute === undefined ? undefined : { kind: 'spread', over: { attribute } }
}
