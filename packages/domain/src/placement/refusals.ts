import type { Shortage } from '../instance/ledger.ts'

/** Why one instance does not take a task, in ECS's words; a later one passed more filters. */
export const REFUSAL_REASONS = [
  'MISSING',
  'INACTIVE',
  'AGENT',
  'ATTRIBUTE',
  'MemberOf placement constraint unsatisfied.',
  'DistinctInstance placement constraint unsatisfied.',
  'RESOURCE:CPU',
  'RESOURCE:MEMORY',
  'RESOURCE:PORTS',
  'RESOURCE:GPU',
] as const

/** One of `REFUSAL_REASONS`. */
export type RefusalReason = (typeof REFUSAL_REASONS)[number] | Shortage

/** The place of each reason: ten thousand refusals are counted for one answer. */
const RANKS = Object.fromEntries(REFUSAL_REASONS.map((reason, rank) => [reason, rank])) as Readonly<
  Record<RefusalReason, number>
>

/** One instance that did not take a task. */
export interface Refusal {
  readonly instanceId: string
  readonly reason: RefusalReason
}

/** Instances named in an answer; the others are only counted. ECS's answers are lists a person reads. */
export const REFUSALS_LISTED_MAX = 10

/** Why no instance took a task. Collected while instances are looked at. */
export class Refusals {
  /** By rank. */
  readonly #counts: number[] = REFUSAL_REASONS.map(() => 0)
  readonly #listed: Refusal[] = []
  #closest: Refusal | undefined
  #closestRank = -1

  /** The instance that passed the most filters, the first looked at among equals; `undefined`: there is none. */
  get closest(): Refusal | undefined {
    return this.#closest
  }

  /** The first instances looked at, at most `REFUSALS_LISTED_MAX`. */
  get listed(): readonly Refusal[] {
    return this.#listed
  }

  /** Instances per reason, in the order of the reasons. */
  get counts(): ReadonlyMap<RefusalReason, number> {
    const counts = new Map<RefusalReason, number>()
    for (const [rank, reason] of REFUSAL_REASONS.entries()) {
      const count = this.#counts[rank] ?? 0
      if (count > 0) counts.set(reason, count)
    }
    return counts
  }

  /** Counts one instance in. */
  add(refusal: Refusal): void {
    const rank = RANKS[refusal.reason]
    this.#counts[rank] = (this.#counts[rank] ?? 0) + 1
    if (this.#listed.length < REFUSALS_LISTED_MAX) this.#listed.push(refusal)
    if (rank <= this.#closestRank) return
    this.#closest = refusal
    this.#closestRank = rank
  }

  /** As `3 container instances: 2 RESOURCE:MEMORY, 1 AGENT`. */
  summary(): string {
    let total = 0
    const parts: string[] = []
    for (const [reason, count] of this.counts) {
      total += count
      parts.push(`${count} ${reason}`)
    }
    if (total === 0) return NO_INSTANCES
    return `${total} container instance${total === 1 ? '' : 's'}: ${parts.join(', ')}`
  }
}

/** What ECS says of a cluster without instances. */
export const NO_INSTANCES = 'No Container Instances were found in your cluster.'
