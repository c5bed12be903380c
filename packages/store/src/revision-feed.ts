/** Who is told when a view moves: listeners, and those who wait for a revision. */
import type { AppliedRevision, RevisionListener } from './ports.ts'

interface Waiter {
  readonly revision: number
  readonly resolve: () => void
}

const abortError = (): DOMException =>
  new DOMException(
    'Cannot wait for a revision: the wait must not be aborted, received an abort',
    'AbortError',
  )

/** The subscriptions of one view. Its owner calls `applied` and `replaced` after the view has moved. */
export class RevisionFeed {
  readonly #revisionListeners = new Set<RevisionListener>()
  readonly #resetListeners = new Set<() => void>()
  readonly #waiters = new Set<Waiter>()

  /** Tells every listener of one revision, in order of subscription, then those who wait for it. */
  applied(revision: AppliedRevision): void {
    for (const listener of this.#revisionListeners) listener(revision)
    this.#release(revision.revision)
  }

  /** Tells that the view was made anew and now shows `revision`. */
  replaced(revision: number): void {
    for (const listener of this.#resetListeners) listener()
    this.#release(revision)
  }

  /** Calls `listener` for every revision from now on; the result ends that. */
  onRevision(listener: RevisionListener): () => void {
    this.#revisionListeners.add(listener)
    return () => this.#revisionListeners.delete(listener)
  }

  /** Calls `listener` whenever the view was made anew; the result ends that. */
  onReset(listener: () => void): () => void {
    this.#resetListeners.add(listener)
    return () => this.#resetListeners.delete(listener)
  }

  /**
   * Resolves when `revision` or a later one is shown.
   * @throws {AbortError} when `signal` aborts first.
   */
  waitFor(revision: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(abortError())
        return
      }
      const onAbort = (): void => {
        this.#waiters.delete(waiter)
        reject(abortError())
      }
      const waiter: Waiter = {
        revision,
        resolve: () => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      this.#waiters.add(waiter)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  #release(revision: number): void {
    for (const waiter of this.#waiters) {
      if (waiter.revision > revision) continue
      this.#waiters.delete(waiter)
      waiter.resolve()
    }
  }
}
