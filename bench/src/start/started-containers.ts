import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'

/** After this long somebody should look why so few have started. */
const WAIT_MAX_MS = 30_000

/** Counts the containers that start from now on. */
export interface StartedContainers {
  /** Resolves when `count` have started, or after 30 s. */
  reach(count: number): Promise<void>
  close(): void
}

/**
 * Listens to the engine for starts of containers with `label`. Whoever waits for tasks to run asks only when the
 * engine has started them, so that asking does not take the processor that starting needs.
 */
export async function watchStarts(docker: Docker, label: string): Promise<StartedContainers> {
  const events = await docker.getEvents({
    filters: { type: ['container'], event: ['start'], label: [label] },
  })
  let startedCount = 0
  let wanted: { readonly count: number; readonly resolve: () => void } | undefined
  createInterface({ input: events }).on('line', () => {
    startedCount += 1
    if (wanted !== undefined && startedCount >= wanted.count) wanted.resolve()
  })
  return {
    async reach(count) {
      const reached = new Promise<void>((resolve) => {
        wanted = { count, resolve }
        if (startedCount >= count) resolve()
      })
      const abort = new AbortController()
      const patience = sleep(WAIT_MAX_MS, undefined, { signal: abort.signal }).catch(() => undefined)
      await Promise.race([reached, patience])
      abort.abort()
      startedCount = 0
    },
    close: () => (events as unknown as { destroy(): void }).destroy(),
  }
}
