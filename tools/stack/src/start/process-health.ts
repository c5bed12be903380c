/** A process that does not answer by then is not well. */
const PROBE_TIMEOUT_MS = 2000

/** Asks a process for its health on its metrics port of this machine; `undefined` when it is well, else why not. */
export async function whyUnhealthy(metricsPort: number): Promise<string | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${metricsPort}/health`, {
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    })
    return response.ok ? undefined : `it says ${await response.text()}`
  } catch (error) {
    const { cause } = error instanceof Error ? error : {}
    return cause instanceof Error ? cause.message : String(error)
  }
}
