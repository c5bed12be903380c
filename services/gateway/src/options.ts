import type { Service } from '@homeport/runtime'

/** How a gateway is set up. */
export interface GatewayOptions {
  /** Where state listens: `unix:PATH` or `host:port`. */
  readonly stateAddress: string
  /** The account that hosts join, twelve digits. */
  readonly accountId: string
  /** Host name or address on which both servers listen. */
  readonly host: string
  /** Agent sessions (mutual TLS); 0 to 65,535, 0 lets the system choose. */
  readonly sessionPort: number
  /** Enrolment (server TLS); 0 to 65,535, 0 lets the system choose. */
  readonly enrollmentPort: number
  /** Names and addresses under which hosts reach the gateway; the loopback addresses are always added. */
  readonly certificateNames: readonly string[]
  /** Folder of the certificate authority, made at the first start with mode 0700. */
  readonly pkiDirectory: string
  /** Where the join token is read from, or written to at the first start with mode 0600. */
  readonly joinTokenFile: string
}

/** A serving gateway. */
export interface GatewayServer extends Service {
  /** Where agents open their sessions. */
  readonly sessionPort: number
  /** Where hosts enrol. */
  readonly enrollmentPort: number
}
