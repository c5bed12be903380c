import type { RegisteredResources, Requirements } from '../instance/resources.ts'
import type { PlacementRules } from './rules.ts'

/** An instance as placement sees it. */
export interface PlaceableInstance {
  readonly instanceId: string
  /** What queries call `ec2InstanceId`; `mi-…` for own machines. */
  readonly externalId: string
  readonly status: 'ACTIVE' | 'DRAINING' | 'INACTIVE' | 'REGISTERING'
  readonly agentConnected: boolean
  readonly agentVersion: string
  readonly registeredAtMs: number
  readonly resources: RegisteredResources
  readonly attributes: readonly { readonly name: string; readonly value: string }[]
}

/** A task that holds something on an instance. */
export interface BoundTask {
  readonly taskId: string
  readonly containerInstanceId: string
  readonly requirements: Requirements
  /** `service:NAME`, `family:NAME` or the caller's own. */
  readonly group: string
  /** Whether its last status is RUNNING. */
  readonly isRunning: boolean
}

/** What a task wants of an instance. */
export interface PlacementRequest {
  readonly requirements: Requirements
  readonly group: string
  readonly rules: PlacementRules
}
