import { type ApiOptions, readApiOptions } from '@homeport/api'
import { type GatewayOptions, readGatewayOptions } from '@homeport/gateway'
import {
  type EnvironmentVariables,
  type ProcessSettings,
  readEnvironment,
  readProcessSettings,
} from '@homeport/runtime'
import { readSchedulerOptions, type SchedulerOptions } from '@homeport/scheduler'
import { readStateSettings, type StateSettings } from '@homeport/state'

/** Everything that the environment says to a control plane in one process: what it says to each of its services. */
export interface ControlPlaneSettings extends ProcessSettings {
  readonly state: StateSettings
  readonly scheduler: SchedulerOptions
  readonly gateway: GatewayOptions
  readonly api: ApiOptions
}

const DEFAULT_METRICS_PORT = 4567

/**
 * Reads the settings of a control plane in one process.
 * @throws {EnvironmentError} naming every wrong variable.
 */
export const readControlPlaneSettings = (variables: EnvironmentVariables): ControlPlaneSettings =>
  readEnvironment(variables, (environment) => {
    const settings = readProcessSettings(environment, DEFAULT_METRICS_PORT)
    return {
      ...settings,
      state: readStateSettings(environment, settings),
      scheduler: readSchedulerOptions(environment, settings),
      gateway: readGatewayOptions(environment, settings),
      api: readApiOptions(environment, settings),
    }
  })
