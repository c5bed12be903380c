/**
 * One stream of Docker's events, held open for as long as the agent lives.
 *
 * Docker replays at most 256 events, so a stream that broke is not resumed: the listener is told that it is open
 * again and looks at everything. The stream of a stopped or restarted engine ends; it is opened again with
 * capped, jittered back-off.
 */
import { backoffDelayMs, type Clock, delay, type Logger, type Random } from '@homeport/runtime'
import type Docker from 'dockerode'
import type { RuntimeListener } from '../engine/container-runtime.ts'
import { jsonLines } from './json-lines.ts'

const BACKOFF = { firstDelayMs: 100, maximumDelayMs: 5000 }
const EVENTS = ['die', 'destroy', 'health_status']

/** What the stream needs. */
export interface EventStreamPorts {
  readonly docker: Docker
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** Watches containers with `label` until stopped. */
export function watchEvents(
  label: string,
  listener: RuntimeListener,
  ports: EventStreamPorts,
): { stop(): Promise<void> } {
  const abort = new AbortController()
  const ended = keepOpen(label, listener, { ...ports, signal: abort.signal })
  return {
    stop() {
      abort.abort()
      return ended
    },
  }
}

type Scope = EventStreamPorts & { readonly signal: AbortSignal }

async function keepOpen(label: string, listener: RuntimeListener, scope: Scope): Promise<void> {
  let failureCount = 0
  while (!scope.signal.aborted) {
    try {
      const stream = await open(label, scope)
      failureCount = 0
      listener.onConnected()
      for await (const line of jsonLines(stream)) emit(line as DockerEvent, listener)
    } catch (error) {
      if (!scope.signal.aborted) scope.logger.warn({ err: error }, 'the stream of Docker events broke')
    }
    listener.onDisconnected()
    failureCount += 1
    await delay(scope.clock, backoffDelayMs(failureCount, BACKOFF, scope.random), scope.signal)
  }
}

const open = (label: string, { docker, signal }: Scope): Promise<NodeJS.ReadableStream> =>
  docker.getEvents({
    filters: { type: ['container'], label: [label], event: EVENTS },
    abortSignal: signal,
  })

function emit(event: DockerEvent, listener: RuntimeListener): void {
  const { ID: runtimeId, Attributes: labels } = event.Actor ?? {}
  if (runtimeId !== undefined && labels !== undefined) listener.onChange({ runtimeId, labels })
}

interface DockerEvent {
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Record<string, string> }
}
