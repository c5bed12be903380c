import type { Clock } from '@homeport/runtime'

/** The part of `/varz` that is used here. */
interface ServerVariables {
  readonly jetstream?: {
    readonly config?: { readonly sync_interval?: number; readonly sync_always?: boolean }
  }
}

/** What `readSyncInterval` says when the server does not tell. */
export const SYNC_INTERVAL_UNKNOWN = 'unknown'

const NANOSECONDS_PER_SECOND = 1_000_000_000

/** How long an answer may take before the setting counts as unknown. */
const ANSWER_TIMEOUT_MS = 3000

/**
 * When the server at `monitorUrl` (`http://host:port`) writes to disk what it acknowledged: `always` (before it
 * acknowledges), or the interval in seconds, as `120s`; `unknown` when it does not say. Clients cannot ask over
 * their NATS connection: only the monitoring endpoint and the system account show the setting.
 */
export async function readSyncInterval(monitorUrl: string, clock: Clock): Promise<string> {
  const abort = new AbortController()
  const timer = clock.after(ANSWER_TIMEOUT_MS, () => abort.abort())
  try {
    const response = await fetch(`${monitorUrl}/varz`, { signal: abort.signal })
    return syncIntervalOf((await response.json()) as ServerVariables)
  } catch {
    // No endpoint, or not one of NATS: then nobody knows, which is what the answer says.
    return SYNC_INTERVAL_UNKNOWN
  } finally {
    timer.cancel()
  }
}

function syncIntervalOf(variables: ServerVariables): string {
  const config = variables.jetstream?.config
  if (config?.sync_always === true) return 'always'
  const interval = config?.sync_interval
  return interval === undefined ? SYNC_INTERVAL_UNKNOWN : `${interval / NANOSECONDS_PER_SECOND}s`
}
