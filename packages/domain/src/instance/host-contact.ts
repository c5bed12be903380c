/**
 * Whether a host that lost contact may be given up.
 *
 * Intuition: one silent host is dead or cut off, and its work is needed elsewhere. Most hosts silent at once, or
 * hosts silent just after this process started, rather mean that the network or the control plane is the problem;
 * then replacing everything at once would do more harm than waiting.
 * Model: the gateway marks an instance as disconnected 15 s (three heartbeats) after its last contact. That mark is
 * the decision: the instance is lost from then on, unless a brake holds it.
 *   - storm: of the instances that were connected, more than half lost contact within `STORM_HOLD_MS`. Each is held
 *     until so long after its own mark, or until enough of them are back.
 *   - start: the mark is younger than this process, which is younger than `START_HOLD_MS`.
 * Everything is derived from rows and time, so a restart forgets nothing. Those marked before a storm had its
 * majority are replaced: at most half of a cluster is.
 * Rejected: waiting a heartbeat after the first mark to see whether others follow, which costs every single loss
 * five seconds.
 */

/** How long most of a cluster may be silent before it is given up, and the window in which losses belong together. */
export const STORM_HOLD_MS = 300_000

/** The gateway's 15 s, an agent's longest pause between two tries (10 s), and 5 s to spare. */
export const START_HOLD_MS = 30_000

/** Contact with the instances of one cluster that are not deregistered. */
export interface ClusterContact {
  readonly connectedCount: number
  /** When each of the others was marked as disconnected, in any order. */
  readonly lostAtMs: Iterable<number>
}

/** A brake: tasks of held hosts are neither replaced nor counted on. */
export interface ContactHold {
  readonly reason: 'start' | 'storm'
  /** When to look again at the latest. */
  readonly untilMs: number
}

/** Time as contact is judged by. */
export interface ContactTimes {
  readonly nowMs: number
  /** When this process started. */
  readonly startedAtMs: number
}

/** The brake on hosts that were marked at `lostAtMs`; `undefined`: none, they are lost. */
export function holdOf(
  lostAtMs: number,
  cluster: ClusterContact,
  { nowMs, startedAtMs }: ContactTimes,
): ContactHold | undefined {
  const startedUntilMs = startedAtMs + START_HOLD_MS
  if (lostAtMs >= startedAtMs && nowMs < startedUntilMs) return { reason: 'start', untilMs: startedUntilMs }
  const isRecent = (atMs: number): boolean => nowMs < atMs + STORM_HOLD_MS
  if (!isRecent(lostAtMs)) return undefined
  let recentCount = 0
  let oldestMs = lostAtMs
  for (const atMs of cluster.lostAtMs) {
    if (!isRecent(atMs)) continue
    recentCount++
    oldestMs = Math.min(oldestMs, atMs)
  }
  return recentCount > cluster.connectedCount
    ? { reason: 'storm', untilMs: oldestMs + STORM_HOLD_MS }
    : undefined
}
