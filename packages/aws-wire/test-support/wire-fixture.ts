import type { AwsServer } from '../src/server/aws-server.ts'
import type { BoundService } from '../src/server/bind-service.ts'
import { createAwsServer } from '../src/server/create-aws-server.ts'
import type { AwsServerOptions } from '../src/server/options.ts'
import type { CredentialLookup } from '../src/sigv4/credentials.ts'

/** A handler of any operation, for tests that treat all alike. */
export type AnyHandler = BoundService['handlers'] extends ReadonlyMap<string, infer Handler> ? Handler : never

/** The one key that fixtures know. */
export const ACCESS_KEY = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}

/** Who signs with `ACCESS_KEY`. */
export const PRINCIPAL = {
  accountId: '123456789012',
  arn: 'arn:aws:iam::123456789012:user/tester',
  userId: 'AIDATESTER',
}

/** Knows `ACCESS_KEY`, with any session token or none. */
export const lookupAccessKey: CredentialLookup = async (accessKeyId) =>
  accessKeyId === ACCESS_KEY.accessKeyId
    ? { secretAccessKey: ACCESS_KEY.secretAccessKey, principal: PRINCIPAL }
    : undefined

/** Ids that tests can foretell: `request-1`, `request-2`, … */
export function countingIds(): () => string {
  let last = 0
  return () => `request-${++last}`
}

/** A listening server; the caller closes it. */
export interface RunningServer {
  readonly server: AwsServer
  readonly url: string
}

/** Starts a server of `services` on a free loopback port. */
export async function startServer(
  services: readonly BoundService[],
  options: Partial<AwsServerOptions> & Pick<AwsServerOptions, 'clock'>,
): Promise<RunningServer> {
  const server = createAwsServer({
    services,
    credentials: lookupAccessKey,
    newRequestId: countingIds(),
    defaultRegion: 'us-east-1',
    ...options,
  })
  const { url } = await server.listen({ port: 0 })
  return { server, url }
}
