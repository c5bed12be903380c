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

/** One instance that did not take a task. */
export interface Refusal {
  readonly instanceId: string
  readonly reason: RefusalReason
}

/** Instances named in an answer; the others are only counted. ECS's answers are lists a person reads. */
export const REFUSALS_LISTED_MAX = 10

/** Why no instance took a task. Collected while instances are looked at. */
export class Refusals {
  readonly #counts = new Map<RefusalReason, number>()
  readonly #listed: Refusal[] = []
  #closest: Refusal | undefined

  /** The instance that passed the most filters, the first looked at among equals; `undefined`: there is none. */
  get closest(): Refusal | undefined {
    return this.#closest
  }

  /** The first instances looked at, at most `REFUSALS_LISTED_MAX`. */
  get listed(): readonly Refusal[] {
    return this.#listed
  }

  /** Instances per reason, in no particular order. */
  get counts(): ReadonlyMap<RefusalReason, number> {
    return this.#counts
  }

  /** Counts one instance in. */
  add(refusal: Refusal): void {
    this.#counts.set(refusal.reason, (this.#counts.get(refusal.reason) ?? 0) + 1)
    if (this.#listed.length < REFUSALS_LISTED_MAX) this.#listed.push(refusal)
    if (this.#closest === undefined || rank(refusal) > rank(this.#closest)) this.#closest = refusal
  }

  /** As `3 container instances: 2 RESOURCE:MEMORY, 1 AGENT`. */
  summary(): string {
    let total = 0
    const parts: string[] = []
    for (const reason of REFUSAL_REASONS) {
      const count = this.#counts.get(reason)
      if (count === undefined) continue
      total += count
      parts.push(`${count} ${reason}`)
    }
    if (total === 0) return NO_INSTANCES
    return `${total} container instance${total === 1 ? '' : 's'}: ${parts.join(', ')}`
  }
}

const rank = ({ reason }: Refusal): number => REFUSAL_REASONS.indexOf(reason)

/** What ECS says of a cluster without instances. */
export const NO_INSTANCES = 'No Container Instances were found in your cluster.'
