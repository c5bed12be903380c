import {
  type Environment,
  type EnvironmentVariables,
  type ProcessSettings,
  readEnvironment,
  readProcessSettings,
  socketAddress,
} from '@homeport/runtime'
import type { NatsSettings, StateSettings } from './app.ts'

/** Everything that the state process is told. */
export interface StateProcessSettings extends ProcessSettings {
  readonly state: StateSettings
}

/** Each process of a control plane has its own. */
const DEFAULT_METRICS_PORT = 4571

const DEFAULT_NATS_URL = 'nats://127.0.0.1:4222'

/**
 * Reads the settings of a state process.
 * @throws {EnvironmentError} naming every wrong variable.
 */
export const readStateProcessSettings = (variables: EnvironmentVariables): StateProcessSettings =>
  readEnvironment(variables, (environment) => {
    const settings = readProcessSettings(environment, DEFAULT_METRICS_PORT)
    return { ...settings, state: readStateSettings(environment, settings) }
  })

/** Reads the settings of a state service, wherever it runs. */
export const readStateSettings = (
  environment: Environment,
  { dataDirectory }: Pick<ProcessSettings, 'dataDirectory'>,
): StateSettings => ({
  nats: readNatsSettings(environment),
  listenAddress: environment.string('HOMEPORT_STATE_ADDRESS', socketAddress(dataDirectory, 'state')),
})

function readNatsSettings(environment: Environment): NatsSettings {
  const user = environment.optional('HOMEPORT_NATS_USER')
  const password = environment.optional('HOMEPORT_NATS_PASSWORD')
  const monitorUrl = environment.optional('HOMEPORT_NATS_MONITOR_URL')
  return {
    servers: environment.string('HOMEPORT_NATS_URL', DEFAULT_NATS_URL).split(','),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(monitorUrl === undefined ? {} : { monitorUrl }),
  }
}
