import { credentials, type ServiceError, status } from '@grpc/grpc-js'
import { ecsError } from '@homeport/ecs-api'
import type { Clock, Running } from '@homeport/runtime'
import { connect } from '@homeport/wire'
import { SchedulerService } from '@homeport/wire/scheduler'
import type { SchedulerPort } from './scheduler-port.ts'

/** A placement takes milliseconds; losing the log's leader stops writes for up to 8 s. */
const CALL_TIMEOUT_MS = 30_000

/** A client of the scheduler at a grpc-js address. Connects lazily and reconnects by itself. */
export function createSchedulerClient(address: string, clock: Clock): SchedulerPort & Running {
  const caller = connect(SchedulerService, { address, credentials: credentials.createInsecure() })
  return {
    async runTasks(request) {
      try {
        return await caller.runTasks(request, { deadline: new Date(clock.now() + CALL_TIMEOUT_MS) })
      } catch (error) {
        throw refusalOf(error)
      }
    },
    stop: async () => caller.close(),
  }
}

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'code' in error && 'details' in error

/** Failures that the same request may not meet later; the catalogue's entries are retried by clients. */
const RETRIED_AS: ReadonlyMap<number, 'serverUnavailable' | 'throttled'> = new Map([
  [status.RESOURCE_EXHAUSTED, 'throttled'],
  [status.UNAVAILABLE, 'serverUnavailable'],
  [status.DEADLINE_EXCEEDED, 'serverUnavailable'],
  [status.ABORTED, 'serverUnavailable'],
  [status.CANCELLED, 'serverUnavailable'],
])

/** What the caller of the api is told; a failure that is none of these is a bug and stays what it is. */
function refusalOf(error: unknown): unknown {
  if (!isServiceError(error)) return error
  const retriedAs = RETRIED_AS.get(error.code)
  if (retriedAs !== undefined) return ecsError(retriedAs, undefined, { cause: error })
  if (error.code === status.NOT_FOUND) return ecsError('clusterNotFound', undefined, { cause: error })
  if (error.code === status.FAILED_PRECONDITION)
    return ecsError('noContainerInstances', undefined, { cause: error })
  if (error.code !== status.INVALID_ARGUMENT) return error
  return ecsError('placementRefused', { problem: error.details }, { cause: error })
}
