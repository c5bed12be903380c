import type { ServiceName } from './registry/service-table.ts'

/** How a request and its answer are written. */
export type ProtocolName = 'json-1.0' | 'json-1.1' | 'query' | 'rpc-v2-cbor'

/** Who signed a request, as the credential lookup says. */
export interface Principal {
  /** 12 digits; empty for `ANONYMOUS`. An account is a tenant. */
  readonly accountId: string
  /** ARN of the root user, user or assumed-role session; empty for `ANONYMOUS`. */
  readonly arn: string
  /** What GetCallerIdentity calls UserId; `anonymous` for `ANONYMOUS`. */
  readonly userId: string
}

/** The principal of the few operations that AWS takes unsigned, such as AssumeRoleWithWebIdentity. */
export const ANONYMOUS: Principal = { accountId: '', arn: '', userId: 'anonymous' }

/** What a handler knows about its request besides the input. */
export interface RequestContext {
  /** Sent back as `x-amzn-RequestId`; unique per request, retries included. */
  readonly requestId: string
  readonly service: ServiceName
  readonly operation: string
  readonly protocol: ProtocolName
  /** `ANONYMOUS` for unsigned operations only. */
  readonly principal: Principal
  /** The key that signed; empty for unsigned operations. */
  readonly accessKeyId: string
  /** Region of the signature, or the server's `defaultRegion` for unsigned operations. */
  readonly region: string
  /** Clock ms since the epoch at which the request's headers were read. */
  readonly receivedAtMs: number
  /** Aborted when the client goes away before the answer is sent. */
  readonly signal: AbortSignal
  /** Peer address of the connection; empty when the connection is already gone. */
  readonly sourceAddress: string
  /** The `User-Agent` header; empty when there is none. */
  readonly userAgent: string
}
