import { RuntimeError, type RuntimeErrorCode } from '../engine/container-runtime.ts'

/** Errors without an HTTP status come from the connection; with one, from the Docker engine. */
interface DockerodeError {
  readonly statusCode?: number
  readonly json?: unknown
  readonly message?: string
}

const CODE_BY_STATUS: Readonly<Record<number, RuntimeErrorCode>> = {
  404: 'not-found',
  409: 'name-taken',
  // The engine is starting or stopping.
  503: 'unavailable',
}

/** What dockerode threw, in the engine's terms; the text as the `docker` command prints it. */
export function toRuntimeError(error: unknown, signal?: AbortSignal): RuntimeError {
  if (error instanceof RuntimeError) return error
  if (signal?.aborted === true) return new RuntimeError('aborted', 'the call was given up', { cause: error })
  const { statusCode, json, message = String(error) } = error as DockerodeError
  if (statusCode === undefined) {
    return new RuntimeError('unavailable', `Cannot connect to the Docker daemon: ${message}`, {
      cause: error,
    })
  }
  const text = `Error response from daemon: ${bodyMessage(json) ?? withoutPrefix(message)}`
  return new RuntimeError(CODE_BY_STATUS[statusCode] ?? 'refused', text, { cause: error })
}

function bodyMessage(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || !('message' in json)) return undefined
  return typeof json.message === 'string' ? json.message.trim() : undefined
}

/** Streams lose the body; dockerode's own message repeats it behind status and phrase. */
const withoutPrefix = (message: string): string => message.replace(/^\(HTTP code \d+\) [^-]* - /, '').trim()
