import {
  type Environment,
  type EnvironmentVariables,
  type ProcessSettings,
  readEnvironment,
  readProcessSettings,
  socketAddress,
} from '@homeport/runtime'
import type { ApiOptions } from './app.ts'

/** Everything that the environment says to an api process. */
export interface ApiSettings extends ProcessSettings {
  readonly api: ApiOptions
}

const DEFAULT_METRICS_PORT = 4573
const DEFAULT_PORT = 4566

/**
 * Reads the settings of an api process.
 * @throws {EnvironmentError} naming every wrong variable.
 */
export const readApiSettings = (variables: EnvironmentVariables): ApiSettings =>
  readEnvironment(variables, (environment) => {
    const settings = readProcessSettings(environment, DEFAULT_METRICS_PORT)
    return { ...settings, api: readApiOptions(environment, settings) }
  })

/** Reads the options of an api, wherever it runs. */
export function readApiOptions(
  environment: Environment,
  { dataDirectory }: Pick<ProcessSettings, 'dataDirectory'>,
): ApiOptions {
  return {
    stateAddress: environment.string('HOMEPORT_STATE_ADDRESS', socketAddress(dataDirectory, 'state')),
    schedulerAddress: environment.string(
      'HOMEPORT_SCHEDULER_ADDRESS',
      socketAddress(dataDirectory, 'scheduler'),
    ),
    accountId: environment.text('HOMEPORT_ACCOUNT_ID', {
      pattern: /^\d{12}$/,
      constraint: 'must be twelve digits',
      fallback: '000000000000',
    }),
    host: environment.string('HOMEPORT_API_HOST', '127.0.0.1'),
    port: environment.port('HOMEPORT_API_PORT', DEFAULT_PORT),
    rootCredentials: {
      accessKeyId: environment.text('HOMEPORT_ROOT_ACCESS_KEY_ID', {
        pattern: /^\w{1,128}$/,
        constraint: 'must be 1 to 128 letters, digits or underscores',
      }),
      secretAccessKey: environment.secret('HOMEPORT_ROOT_SECRET_ACCESS_KEY'),
    },
  }
}
