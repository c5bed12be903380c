/**
 * How what an agent reports becomes what the control plane holds.
 *
 * Intuition: a report is a whole picture, but pictures may arrive late, twice, or from an agent that lost its
 * memory. What was once seen to have happened has happened: a status only grows, a time or a reason is
 * written once, an ended container stays ended. Everything else (health, bindings) is as last reported.
 * Model: merging is idempotent, and a report behind what is known changes nothing.
 * Rejected: taking each report as it is and trusting its number, which an agent with a new checkpoint restarts.
 */
import { isSame } from './is-same.ts'
import { taskStatusOrder } from './task-status.ts'

/** What is known of one container; the shape of the protobuf message `Container`. */
export interface ContainerObservation {
  readonly name: string
  /** Empty until created. */
  readonly runtimeId: string
  readonly imageDigest: string
  /** `taskStatusOrder` of the status. */
  readonly lastStatus: number
  /** Absent until it ended. */
  readonly exitCode?: number | undefined
  /** Why it ended; empty until then. */
  readonly reason: string
}

/** What is known of one task; the shape of the protobuf message `TaskObservation`. */
export interface Observation {
  /** `taskStatusOrder` of the status; 0: nothing is known. */
  readonly lastStatus: number
  readonly containers: ContainerObservation[]
  /** Times are milliseconds since the epoch; 0: has not happened. */
  readonly pullStartedAtMs: number
  readonly pullStoppedAtMs: number
  readonly startedAtMs: number
  readonly executionStoppedAtMs: number
  readonly stoppedAtMs: number
  readonly stopCode: string
  readonly stoppedReason: string
}

/** What became of a report. */
export type MergedObservation<T extends Observation> =
  | { readonly kind: 'changed'; readonly observed: T }
  /** The report says nothing that was not known, or is behind what is known: acknowledge it and write nothing. */
  | { readonly kind: 'unchanged' }

const STOPPED = taskStatusOrder('STOPPED')

/**
 * Merges a report into what is known.
 *
 * After STOPPED nothing changes. Before it: `lastStatus` never goes back and a report that is behind it is
 * ignored whole; times, `stopCode` and `stoppedReason` keep their first value; containers are merged by name,
 * and one that the report leaves out stays as it was. The arguments are not changed.
 */
export function mergeObservation<T extends Observation>(
  current: T | undefined,
  reported: T,
): MergedObservation<T> {
  if (current === undefined) return { kind: 'changed', observed: reported }
  if (current.lastStatus === STOPPED || reported.lastStatus < current.lastStatus) return { kind: 'unchanged' }
  const observed: T = {
    ...reported,
    containers: mergeContainers(current.containers, reported.containers),
    pullStartedAtMs: firstTime(current.pullStartedAtMs, reported.pullStartedAtMs),
    pullStoppedAtMs: firstTime(current.pullStoppedAtMs, reported.pullStoppedAtMs),
    startedAtMs: firstTime(current.startedAtMs, reported.startedAtMs),
    executionStoppedAtMs: firstTime(current.executionStoppedAtMs, reported.executionStoppedAtMs),
    stoppedAtMs: firstTime(current.stoppedAtMs, reported.stoppedAtMs),
    stopCode: firstText(current.stopCode, reported.stopCode),
    stoppedReason: firstText(current.stoppedReason, reported.stoppedReason),
  }
  return isSame(current, observed) ? { kind: 'unchanged' } : { kind: 'changed', observed }
}

const firstTime = (known: number, reported: number): number => (known === 0 ? reported : known)

const firstText = (known: string, reported: string): string => (known === '' ? reported : known)

/** Reported order first, then those that only `current` knows. */
function mergeContainers(
  current: readonly ContainerObservation[],
  reported: readonly ContainerObservation[],
): ContainerObservation[] {
  const known = new Map(current.map((container) => [container.name, container]))
  const merged = reported.map((container) => {
    const before = known.get(container.name)
    known.delete(container.name)
    return before === undefined ? container : mergeContainer(before, container)
  })
  return [...merged, ...known.values()]
}

function mergeContainer(current: ContainerObservation, reported: ContainerObservation): ContainerObservation {
  if (current.lastStatus === STOPPED || reported.lastStatus < current.lastStatus) return current
  return {
    ...reported,
    runtimeId: firstText(reported.runtimeId, current.runtimeId),
    imageDigest: firstText(reported.imageDigest, current.imageDigest),
  }
}
