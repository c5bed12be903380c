import {
  type Environment,
  type EnvironmentVariables,
  type ProcessSettings,
  readEnvironment,
  readProcessSettings,
  socketAddress,
} from '@homeport/runtime'
import type { SchedulerOptions } from './options.ts'

/** Everything that the environment says to a scheduler process. */
export interface SchedulerSettings extends ProcessSettings {
  readonly scheduler: SchedulerOptions
}

const DEFAULT_METRICS_PORT = 4572

/** ECS keeps stopped tasks for an hour; a week lets people look at what happened over a weekend. */
const DEFAULT_RETENTION_HOURS = 168

/** A year: beyond it, history belongs into a stream, not into the view. */
const RETENTION_HOURS_MAX = 8784

const HOUR_MS = 3_600_000

/**
 * Reads the settings of a scheduler process.
 * @throws {EnvironmentError} naming every wrong variable.
 */
export const readSchedulerSettings = (variables: EnvironmentVariables): SchedulerSettings =>
  readEnvironment(variables, (environment) => {
    const settings = readProcessSettings(environment, DEFAULT_METRICS_PORT)
    return { ...settings, scheduler: readSchedulerOptions(environment, settings) }
  })

/** Reads the options of a scheduler, wherever it runs. */
export function readSchedulerOptions(
  environment: Environment,
  { dataDirectory }: Pick<ProcessSettings, 'dataDirectory'>,
): SchedulerOptions {
  const retentionHours = environment.integer('HOMEPORT_TASK_RETENTION_HOURS', {
    minimum: 0,
    maximum: RETENTION_HOURS_MAX,
    fallback: DEFAULT_RETENTION_HOURS,
  })
  return {
    stateAddress: environment.string('HOMEPORT_STATE_ADDRESS', socketAddress(dataDirectory, 'state')),
    listenAddress: environment.string(
      'HOMEPORT_SCHEDULER_ADDRESS',
      socketAddress(dataDirectory, 'scheduler'),
    ),
    taskRetentionMs: retentionHours * HOUR_MS,
  }
}
