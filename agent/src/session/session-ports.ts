/** What a session needs of the rest of the agent, declared by the session. */
import type { Attribute, InstanceResources, Tag, TaskObservation } from '@homeport/wire/types'
import type { TaskAssignment } from '../engine/assignment.ts'

/** The work that the control plane gives this host, and what it is told of it. */
export interface AssignedWork {
  /** Newest assignment revision acted on; 0: none. */
  readonly assignmentRevision: number
  /** Tasks that are not acknowledged as STOPPED. */
  heldTaskIds(): string[]
  /** Idempotent. With `isComplete`, what is not named does not belong here. */
  assign(revision: number, assignments: readonly TaskAssignment[], isComplete: boolean): Promise<void>
  /** By number. */
  pendingReports(): readonly SessionReport[]
  /** @returns how to stop listening. */
  onReport(listener: (report: SessionReport) => void): () => void
  acknowledge(sequence: number): void
}

/** A numbered observation. */
export interface SessionReport {
  readonly sequence: number
  readonly taskId: string
  readonly observed: TaskObservation
}

/** What a registration says of the host. */
export interface HostDescription {
  readonly cluster: string
  readonly region: string
  readonly hostname: string
  readonly agentVersion: string
  /** The commit that the agent was built from; empty: not known. */
  readonly agentHash: string
  /** As `DockerVersion: 20.10.24`. */
  readonly dockerVersion: string
  readonly resources: InstanceResources
  readonly attributes: Attribute[]
  readonly tags: Tag[]
}
