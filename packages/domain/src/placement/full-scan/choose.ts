import { invariant } from '@homeport/base'
import type { Draw } from '../draw.ts'
import type { Strategy } from '../rules.ts'
import type { Candidate } from './candidate.ts'

/** What strategies look at besides the candidates. */
export interface ChoiceContext {
  readonly group: string
  readonly strategies: readonly Strategy[]
  readonly draw: Draw
  /** Tasks of the group per value of an attribute over all instances; no value counts as the empty one. */
  readonly countsByAttribute: (attribute: string) => ReadonlyMap<string, number>
}

/**
 * The best of `candidates`: each strategy keeps those that it likes best and leaves ties to the next; what is
 * still tied after the last is drawn by chance.
 * @throws {InvariantError} when there are no candidates.
 */
export function chooseCandidate(candidates: readonly Candidate[], context: ChoiceContext): Candidate {
  invariant(candidates.length > 0, 'Cannot choose candidate: there must be one, received none')
  let best = candidates
  for (const strategy of context.strategies) {
    if (best.length === 1 || strategy.kind === 'random') break
    best = keepLowest(best, scoreOf(strategy, context))
  }
  return drawOne(best, context.draw)
}

function scoreOf(
  strategy: Exclude<Strategy, { kind: 'random' }>,
  context: ChoiceContext,
): (candidate: Candidate) => number {
  if (strategy.kind === 'binpack') {
    return strategy.resource === 'cpu'
      ? ({ ledger }) => ledger.cpuUnitsLeft
      : ({ ledger }) => ledger.memoryMibLeft
  }
  if (strategy.over === 'instance') return (candidate) => candidate.groupCount(context.group)
  const { attribute } = strategy.over
  const counts = context.countsByAttribute(attribute)
  return (candidate) => counts.get(candidate.attributeValue(attribute) ?? '') ?? 0
}

function keepLowest(candidates: readonly Candidate[], score: (candidate: Candidate) => number): Candidate[] {
  let lowest = Number.POSITIVE_INFINITY
  let kept: Candidate[] = []
  for (const candidate of candidates) {
    const value = score(candidate)
    if (value > lowest) continue
    if (value < lowest) {
      lowest = value
      kept = []
    }
    kept.push(candidate)
  }
  return kept
}

function drawOne(tied: readonly Candidate[], draw: Draw): Candidate {
  const bySlot = new Map(tied.map((candidate) => [candidate.slot, candidate]))
  const drawn = bySlot.get(draw.firstTry((slot) => bySlot.has(slot)))
  if (drawn !== undefined) return drawn
  return tied.reduce((best, candidate) => (draw.isBefore(candidate.slot, best.slot) ? candidate : best))
}
