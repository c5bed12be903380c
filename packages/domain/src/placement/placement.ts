import type { RefusalReason, Refusals } from './refusals.ts'

/** Where a task goes. */
export interface Placed {
  readonly kind: 'placed'
  readonly instanceId: string
  /** Empty: the instance has none. */
  readonly availabilityZone: string
}

/** Where a task goes, or why nowhere. */
export type Placement = Placed | { readonly kind: 'refused'; readonly refusals: Refusals }

/** Whether the named instance takes a task. */
export type NamedPlacement = Placed | { readonly kind: 'unfit'; readonly reason: RefusalReason }
