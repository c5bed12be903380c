/**
 * Notices that an agent has gone silent.
 *
 * Model: any message is contact. One timer waits until the silence would be too long; when it fires and there
 * was contact since, it waits for the rest. So a message costs one assignment, not a timer.
 */
import type { Clock, Timer } from '@homeport/runtime'

/** How often agents send a heartbeat. */
export const HEARTBEAT_INTERVAL_MS = 5_000

/** After so many silent intervals an agent counts as gone. */
const HEARTBEATS_MISSED_MAX = 3

/** How long an instance without contact still counts as connected. */
export const CONTACT_GRACE_MS: number = HEARTBEAT_INTERVAL_MS * HEARTBEATS_MISSED_MAX

/** What a monitor tells. */
export interface HeartbeatListener {
  /** `count` whole intervals, 1 or more, passed without contact. */
  onMissed(count: number): void
  /** No contact for `CONTACT_GRACE_MS`; called once, and nothing after it. */
  onLost(): void
}

/** See the head of this file. Starts watching at once. */
export class HeartbeatMonitor {
  readonly #clock: Clock
  readonly #listener: HeartbeatListener
  #lastContactMs: number
  #timer: Timer | undefined

  constructor(clock: Clock, listener: HeartbeatListener) {
    this.#clock = clock
    this.#listener = listener
    this.#lastContactMs = clock.monotonic()
    this.#arm(CONTACT_GRACE_MS)
  }

  /** `Clock.monotonic` of the newest message. */
  get lastContactMs(): number {
    return this.#lastContactMs
  }

  /** Notes that the agent was heard. */
  contact(): void {
    const nowMs = this.#clock.monotonic()
    // An interval that is a little too long is lateness; a heartbeat is missing when two have passed.
    const missedCount = Math.floor((nowMs - this.#lastContactMs) / HEARTBEAT_INTERVAL_MS) - 1
    if (missedCount > 0 && this.#timer !== undefined) this.#listener.onMissed(missedCount)
    this.#lastContactMs = nowMs
  }

  /** Stops judging, while the gateway itself does not listen. */
  suspend(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** Judges again, as if the agent had just been heard. */
  resume(): void {
    this.suspend()
    this.#lastContactMs = this.#clock.monotonic()
    this.#arm(CONTACT_GRACE_MS)
  }

  #arm(delayMs: number): void {
    this.#timer = this.#clock.after(delayMs, () => this.#check(), { background: true })
  }

  #check(): void {
    const remainingMs = this.#lastContactMs + CONTACT_GRACE_MS - this.#clock.monotonic()
    if (remainingMs > 0) {
      this.#arm(remainingMs)
      return
    }
    this.#timer = undefined
    this.#listener.onMissed(HEARTBEATS_MISSED_MAX)
    this.#listener.onLost()
  }
}
