import type { ContainerSpec, PortSpec } from './container-runtime.ts'

/** When a container may start, seen from another one of its task. */
export interface Dependency {
  readonly container: string
  readonly condition: 'START' | 'COMPLETE' | 'SUCCESS' | 'HEALTHY'
}

/** One container of a task as this host is to run it: definition and overrides merged. */
export interface ContainerBlueprint {
  /** The name in the task definition. */
  readonly name: string
  readonly image: string
  /** Whether the task ends when it ends. */
  readonly isEssential: boolean
  readonly dependsOn: readonly Dependency[]
  /** Seconds between the stop signal and SIGKILL, 0 to 120. */
  readonly stopTimeoutSeconds: number
  /** What to run, or why this host cannot: a reason in ECS's words. */
  readonly spec: ContainerSpec | { readonly refusal: string }
  /** Ports that a container in the host's network uses without the runtime's help. */
  readonly hostNetworkPorts: readonly PortSpec[]
}

/** A task as this host is to run it. Derived from the assignment, never stored. */
export interface TaskBlueprint {
  /** In the order of the task definition. */
  readonly containers: readonly ContainerBlueprint[]
}
