import type { RootKey } from './config.ts'
import { shellQuote } from './shell-quote.ts'

/** What an AWS tool needs to talk to the stack. */
export interface AwsAccess extends RootKey {
  /** URL of the API. */
  readonly endpoint: string
  readonly region: string
}

/** The lines that a shell evaluates to use the stack, without line ends. */
export function renderExportLines(access: AwsAccess): string[] {
  const variables = {
    AWS_ENDPOINT_URL: access.endpoint,
    AWS_ACCESS_KEY_ID: access.accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.secretAccessKey,
    AWS_REGION: access.region,
    AWS_DEFAULT_REGION: access.region,
  }
  return Object.entries(variables).map(([name, value]) => `export ${name}=${shellQuote(value)}`)
}
