import {
  AwsJson1_0Protocol,
  AwsJson1_1Protocol,
  AwsQueryProtocol,
  AwsSmithyRpcV2CborProtocol,
} from '@aws-sdk/core/protocols'
import type { StaticErrorSchema, StaticOperationSchema } from '@smithy/types'
import type { ProtocolName } from '../src/context.ts'
import { CLIENT_LOADERS } from '../src/registry/clients.ts'
import { SERVICE_FACTS, type ServiceName } from '../src/registry/service-table.ts'
import { ACCESS_KEY } from './wire-fixture.ts'

/** The client-side protocol classes, which every client takes whatever its service's own protocol is. */
export const CLIENT_PROTOCOLS: Readonly<Record<ProtocolName, unknown>> = {
  'json-1.0': AwsJson1_0Protocol,
  'json-1.1': AwsJson1_1Protocol,
  query: AwsQueryProtocol,
  'rpc-v2-cbor': AwsSmithyRpcV2CborProtocol,
}

/** An AWS SDK client, as far as tests that treat all services alike need it. */
export interface AnyClient {
  readonly config: { readonly protocol: { readonly options?: unknown }; readonly [key: string]: unknown }
  send(command: unknown): Promise<Record<string, unknown>>
  destroy(): void
}

/** A client package, loaded. */
export interface LoadedClient {
  readonly exports: Readonly<Record<string, unknown>>
  /** By operation name, as the package itself exports them. */
  readonly operations: ReadonlyMap<string, StaticOperationSchema>
  readonly errors: ReadonlyMap<string, StaticErrorSchema>
  newClient(options: Readonly<Record<string, unknown>>): AnyClient
  newCommand(operation: string, input: unknown): unknown
}

type AnyConstructor = new (argument: unknown) => unknown

/** Loads a service's client package for use by tests. */
export async function loadClient(service: ServiceName): Promise<LoadedClient> {
  const exports = (await CLIENT_LOADERS[service]()) as Record<string, unknown>
  const clientName = Object.keys(exports).find((name) => /^[A-Z]\w*Client$/.test(name)) ?? ''
  const operations = new Map<string, StaticOperationSchema>()
  const errors = new Map<string, StaticErrorSchema>()
  for (const [name, value] of Object.entries(exports)) {
    if (!name.endsWith('$') || !Array.isArray(value)) continue
    if (value[0] === 9) operations.set(String(value[2]), value as StaticOperationSchema)
    if (value[0] === -3 && value[1] === SERVICE_FACTS[service].namespace) {
      errors.set(String(value[2]), value as StaticErrorSchema)
    }
  }
  return {
    exports,
    operations,
    errors,
    newClient: (options) =>
      new (exports[clientName] as AnyConstructor)({
        region: 'eu-central-1',
        credentials: ACCESS_KEY,
        maxAttempts: 1,
        // Some operations prefix the endpoint's host name, and loopback has no such names.
        disableHostPrefix: true,
        ...options,
      }) as AnyClient,
    newCommand: (operation, input) => new (exports[`${operation}Command`] as AnyConstructor)(input),
  }
}
