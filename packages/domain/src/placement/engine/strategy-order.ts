import type { Strategy } from '../rules.ts'
import type { PackedResource } from './room-index.ts'

/** A strategy that compares instances. */
export type ComparingStrategy = Exclude<Strategy, { kind: 'random' }>

/** What a list of strategies means for a search. */
export interface StrategyOrder {
  readonly strategies: readonly Strategy[]
  /** The attribute whose values divide the instances into parts; `undefined`: all are in one part. */
  readonly attribute: string | undefined
  /** What instances of equal parts are compared by, the most important first. */
  readonly compared: readonly ComparingStrategy[]
  /** What the first of `compared` packs; `undefined`: it does not pack. */
  readonly packed: PackedResource | undefined
  /** Whether a score of zero in all of `compared` is the best there can be, and common. */
  readonly isBestAtZero: boolean
}

/** The meaning of a list of strategies; what comes after `random` has none. */
export function orderOf(strategies: readonly Strategy[]): StrategyOrder {
  const compared = comparing(strategies)
  const [first, ...others] = compared
  if (first?.kind === 'spread' && first.over !== 'instance')
    return { strategies, attribute: first.over.attribute, ...meaningOf(others) }
  return withoutParts(strategies)
}

/** The same with all instances in one part; a leading spread is compared like the others. */
export const withoutParts = (strategies: readonly Strategy[]): StrategyOrder => ({
  strategies,
  attribute: undefined,
  ...meaningOf(comparing(strategies)),
})

function meaningOf(
  compared: readonly ComparingStrategy[],
): Pick<StrategyOrder, 'compared' | 'packed' | 'isBestAtZero'> {
  const [first] = compared
  return {
    compared,
    packed: first?.kind === 'binpack' ? first.resource : undefined,
    isBestAtZero: compared.every((each) => each.kind === 'spread' && each.over === 'instance'),
  }
}

function comparing(strategies: readonly Strategy[]): ComparingStrategy[] {
  const compared: ComparingStrategy[] = []
  for (const strategy of strategies) {
    if (strategy.kind === 'random') break
    compared.push(strategy)
  }
  return compared
}
