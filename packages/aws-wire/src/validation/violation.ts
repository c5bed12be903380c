import type { ApiError } from '../api-error.ts'

/** A member that breaks a constraint of the model. */
export type Violation =
  | {
      readonly kind: 'required'
      /** Dotted members, list positions counted from 1: `containerDefinitions.1.member.name`. */
      readonly path: string
      /** Structure that lacks the member, and the member. */
      readonly structure: string
      readonly member: string
      /** How deep the member lies: 0 = a member of the input itself. */
      readonly depth: number
    }
  | {
      readonly kind: 'enum'
      readonly path: string
      readonly structure: string
      readonly member: string
      readonly depth: number
      readonly value: string
      /** In the model's order. */
      readonly allowed: readonly string[]
    }

/**
 * Words a service's refusal of an input that breaks constraints of the model.
 * `violations` is never empty and is in the model's order.
 * @returns the error to answer, or undefined to let the handler see the input and word it itself.
 */
export type ValidationPolicy = (violations: readonly Violation[], operation: string) => ApiError | undefined
