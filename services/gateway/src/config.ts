import { join } from 'node:path'
import {
  type Environment,
  type EnvironmentVariables,
  type ProcessSettings,
  readEnvironment,
  readProcessSettings,
  socketAddress,
} from '@homeport/runtime'
import type { GatewayOptions } from './options.ts'

/** Everything that the environment says to a gateway process. */
export interface GatewaySettings extends ProcessSettings {
  readonly gateway: GatewayOptions
}

const DEFAULT_METRICS_PORT = 4574
const DEFAULT_SESSION_PORT = 4568
const DEFAULT_ENROLLMENT_PORT = 4569

/**
 * Reads the settings of a gateway process.
 * @throws {EnvironmentError} naming every wrong variable.
 */
export const readGatewaySettings = (variables: EnvironmentVariables): GatewaySettings =>
  readEnvironment(variables, (environment) => {
    const settings = readProcessSettings(environment, DEFAULT_METRICS_PORT)
    return { ...settings, gateway: readGatewayOptions(environment, settings) }
  })

/** Reads the options of a gateway, wherever it runs. */
export function readGatewayOptions(
  environment: Environment,
  { dataDirectory }: Pick<ProcessSettings, 'dataDirectory'>,
): GatewayOptions {
  return {
    stateAddress: environment.string('HOMEPORT_STATE_ADDRESS', socketAddress(dataDirectory, 'state')),
    accountId: environment.text('HOMEPORT_ACCOUNT_ID', {
      pattern: /^\d{12}$/,
      constraint: 'must be twelve digits',
      fallback: '000000000000',
    }),
    host: environment.string('HOMEPORT_GATEWAY_HOST', '127.0.0.1'),
    sessionPort: environment.port('HOMEPORT_GATEWAY_PORT', DEFAULT_SESSION_PORT),
    enrollmentPort: environment.port('HOMEPORT_ENROLLMENT_PORT', DEFAULT_ENROLLMENT_PORT),
    certificateNames: environment.list('HOMEPORT_GATEWAY_NAMES', ['localhost']),
    pkiDirectory: environment.string('HOMEPORT_PKI_DIR', join(dataDirectory, 'pki')),
    joinTokenFile: environment.string('HOMEPORT_JOIN_TOKEN_FILE', join(dataDirectory, 'join-token')),
  }
}
