import type { ContainerFacts } from './container-runtime.ts'
import {
  becomeFailed,
  becomeGone,
  becomePulled,
  becomeRemoved,
  observe,
  type TaskState,
} from './task-state.ts'

/** What came of an effect. */
export type Outcome =
  | { readonly kind: 'pulled'; readonly imageDigest: string }
  | { readonly kind: 'observed'; readonly facts: ContainerFacts }
  /** `reason` in ECS's words; `runtimeId`: what is left in the runtime, empty: nothing. */
  | { readonly kind: 'failed'; readonly reason: string; readonly runtimeId: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'removed' }
  | { readonly kind: 'cancelled' }

/** The state after what came of an effect on the container `name`. */
export function foldOutcome(
  state: TaskState,
  name: string,
  { outcome, atMs }: { readonly outcome: Outcome; readonly atMs: number },
): TaskState {
  switch (outcome.kind) {
    case 'pulled':
      return becomePulled(state, name, outcome.imageDigest)
    case 'observed':
      return observe(state, name, outcome.facts)
    case 'failed':
      return becomeFailed(state, name, { ...outcome, atMs })
    case 'gone':
      return becomeGone(state, name, atMs)
    case 'removed':
      return becomeRemoved(state, name)
    case 'cancelled':
      return state
  }
}
